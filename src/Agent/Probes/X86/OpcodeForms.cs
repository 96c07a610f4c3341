// SPDX-License-Identifier: Apache-2.0
// What follows an opcode, for the opcode maps of 64-bit mode (Intel SDM volume 2, appendix A). One letter each:
//   .  nothing          m  ModRM                b  ModRM, byte       z  ModRM, word (2 or 4 bytes)
//   i  byte             I  word                 v  word, or 8 bytes  w  2 bytes       e  3 bytes
//   d  4 bytes          o  address              t  ModRM, and for /0 and /1 a byte (F6) or word (F7)
//   x  none of this map: prefix, escape, or not valid
namespace Agent.Probes.X86;

/// <summary>Lengths of instructions, as tables.</summary>
internal static class OpcodeForms
{
    internal static ReadOnlySpan<byte> OneByte =>
        "mmmmiIxxmmmmiIxx"u8 + // 00
        "mmmmiIxxmmmmiIxx"u8 +
        "mmmmiIxxmmmmiIxx"u8 + // 20
        "mmmmiIxxmmmmiIxx"u8 +
        "xxxxxxxxxxxxxxxx"u8 + // 40
        "................"u8 +
        "xxxmxxxxIzib...."u8 + // 60
        "iiiiiiiiiiiiiiii"u8 +
        "bzxbmmmmmmmmmmmm"u8 + // 80
        "..........x....."u8 +
        "oooo....iI......"u8 + // A0
        "iiiiiiiivvvvvvvv"u8 +
        "bbw.xxbze.w..ix."u8 + // C0
        "mmmmxxx.mmmmmmmm"u8 +
        "iiiiiiiiddxi...."u8 + // E0
        "x.xx..tt......mm"u8;

    internal static ReadOnlySpan<byte> TwoByte =>
        "mmmmx.....x.xm.b"u8 + // 00
        "mmmmmmmmmmmmmmmm"u8 +
        "mmmmxxxxmmmmmmmm"u8 + // 20
        "......x.xxxxxxxx"u8 +
        "mmmmmmmmmmmmmmmm"u8 + // 40
        "mmmmmmmmmmmmmmmm"u8 +
        "mmmmmmmmmmmmmmmm"u8 + // 60
        "bbbbmmm.mmxxmmmm"u8 +
        "dddddddddddddddd"u8 + // 80
        "mmmmmmmmmmmmmmmm"u8 +
        "...mbmxx...mbmmm"u8 + // A0
        "mmmmmmmmmmbmmmmm"u8 +
        "mmbmbbbm........"u8 + // C0
        "mmmmmmmmmmmmmmmm"u8 +
        "mmmmmmmmmmmmmmmm"u8 + // E0
        "mmmmmmmmmmmmmmmm"u8;
}
