// SPDX-License-Identifier: Apache-2.0
// Takes x86-64 instructions apart. What it does not know it refuses; nothing is built upon that. Compared with objdump over
// all code of the libraries that matter, see DecoderTests.
using System.Buffers.Binary;

namespace Agent.Probes.X86;

/// <summary>Decodes one instruction.</summary>
internal ref struct Decoder
{
    private const int MaxLength = 15;
    private const int WordSize = 4;
    private readonly ReadOnlySpan<byte> _code;
    private int _at;
    private Encoding _parts;

    private Decoder(ReadOnlySpan<byte> code)
    {
        _code = code;
    }

    /// <summary>False for what it does not know, and for what goes on behind the end.</summary>
    internal static bool TryDecode(ReadOnlySpan<byte> code, out Instruction instruction)
    {
        Span<byte> padded = stackalloc byte[MaxLength * 2]; // so that no read needs a check
        padded.Clear();
        code[..Math.Min(code.Length, MaxLength)].CopyTo(padded);
        var decoder = new Decoder(padded);
        var isKnown = decoder.TryDecode() && decoder._parts.Length <= Math.Min(code.Length, MaxLength);
        instruction = isKnown ? Meaning.Of(decoder._parts) : default;
        return isKnown;
    }

    private bool TryDecode()
    {
        if (!TryReadPrefixes() || !TryReadMap(out var form) || !TryReadOperands(form))
        {
            return false;
        }
        _parts.Length = _at;
        return true;
    }

    private bool TryReadPrefixes()
    {
        for (; _at < MaxLength; _at++)
        {
            switch (_code[_at])
            {
                case 0x66:
                    _parts.HasOperandPrefix = true;
                    break;
                case 0x26 or 0x2e or 0x36 or 0x3e or 0x64 or 0x65 or 0x67 or 0xf0 or 0xf2 or 0xf3:
                    _parts.HasOtherPrefix = true;
                    break;
                case >= 0x40 and <= 0x4f:
                    _parts.Rex = _code[_at++];
                    return true;
                default:
                    return true;
            }
        }
        return false;
    }

    private bool TryReadMap(out byte form)
    {
        _parts.Opcode = Next();
        switch (_parts.Opcode)
        {
            case 0x0f:
                ReadEscaped();
                break;
            case 0xc5 or 0xc4 or 0x62:
                if (!TryReadVector(_parts.Opcode))
                {
                    form = 0;
                    return false;
                }
                break;
        }
        form = _parts.Map switch
        {
            Encoding.OneByte => OpcodeForms.OneByte[_parts.Opcode],
            Encoding.TwoByte => OpcodeForms.TwoByte[_parts.Opcode],
            Encoding.ThreeByteImmediate => (byte)'b',
            _ => (byte)'m',
        };
        return true;
    }

    private void ReadEscaped()
    {
        _parts.Opcode = Next();
        _parts.Map = _parts.Opcode switch
        {
            0x38 => Encoding.ThreeByte,
            0x3a => Encoding.ThreeByteImmediate,
            _ => Encoding.TwoByte,
        };
        if (_parts.Map != Encoding.TwoByte)
        {
            _parts.Opcode = Next();
        }
    }

    private bool TryReadVector(byte prefix)
    {
        const byte shortVex = 0xc5;
        const byte longVex = 0xc4;
        _parts.IsVector = true;
        var first = Next();
        _parts.Map = prefix == shortVex ? Encoding.TwoByte : first & (prefix == longVex ? 0x1f : 7);
        _at += prefix switch { shortVex => 0, longVex => 1, _ => 2 };
        _parts.Opcode = Next();
        return _parts.Map is >= Encoding.TwoByte and <= Encoding.ThreeByteImmediate || prefix is not (shortVex or longVex);
    }

    private bool TryReadOperands(byte form)
    {
        if (form is (byte)'m' or (byte)'b' or (byte)'z' or (byte)'t')
        {
            ReadModRm();
        }
        var wordSize = _parts.HasOperandPrefix && !_parts.IsWide ? 2 : WordSize;
        var isFirst = (_parts.Reg & 7) < 2;
        switch (form)
        {
            case (byte)'.' or (byte)'m':
                return true;
            case (byte)'i' when IsShortBranch():
                _parts.Distance = (sbyte)Next();
                return true;
            case (byte)'i' or (byte)'b':
                _at++;
                return true;
            case (byte)'I' or (byte)'z':
                _at += wordSize;
                return true;
            case (byte)'v':
                _at += _parts.IsWide ? 8 : wordSize;
                return true;
            case (byte)'w':
                _at += 2;
                return true;
            case (byte)'e':
                _at += 3;
                return true;
            case (byte)'t':
                _at += !isFirst ? 0 : _parts.Opcode == 0xf6 ? 1 : wordSize;
                return true;
            case (byte)'o':
                _at += 8;
                return true;
            case (byte)'d' when !_parts.HasOperandPrefix: // processors differ in what that prefix means here
                _parts.Distance = BinaryPrimitives.ReadInt32LittleEndian(_code[_at..]);
                _at += WordSize;
                return true;
            default:
                return false;
        }
    }

    private readonly bool IsShortBranch() =>
        _parts is { Map: Encoding.OneByte, Opcode: (>= 0x70 and <= 0x7f) or 0xeb or (>= 0xe0 and <= 0xe3) };

    private void ReadModRm()
    {
        const int noBase = -1;
        var modRm = Next();
        var rm = modRm & 7;
        _parts.Mode = modRm >> 6;
        _parts.Reg = (modRm >> 3 & 7) | (_parts.Rex & 4) << 1;
        _parts.Base = rm | (_parts.Rex & 1) << 3;
        if (_parts.IsRegister)
        {
            return;
        }
        if (rm == 4)
        {
            rm = Next() & 7;
            _parts.Base = rm | (_parts.Rex & 1) << 3;
        }
        if (_parts.Mode == 0 && rm == 5)
        {
            _parts.Base = noBase;
            _at += WordSize;
        }
        _at += _parts.Mode switch { 1 => 1, 2 => WordSize, _ => 0 };
    }

    private byte Next() => _code[_at++];
}
