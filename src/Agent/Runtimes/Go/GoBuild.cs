// SPDX-License-Identifier: Apache-2.0
// The section .go.buildinfo, which stripping leaves: the toolchain's version, and the modules with theirs. Since Go 1.18 both are
// in it as text; before, it points to them, and those programs pass arguments on the stack: they are none of ours.
using System.Buffers.Text;
using Agent.Probes;

namespace Agent.Runtimes.Go;

/// <summary>What a program of Go was built with.</summary>
/// <param name="Minor">26 of Go 1.26.10.</param>
/// <param name="GrpcMinor">64 of grpc 1.64.0, 0 when it has none, or was built without modules.</param>
/// <param name="HasOldMaps">It was built without the maps of Go 1.24, as an experiment.</param>
internal readonly record struct GoBuild(int Minor, int GrpcMinor, bool HasOldMaps = false)
{
    private const int HeaderSize = 32;
    private const byte IsInline = 2;

    /// <summary>False when the section says nothing that is known.</summary>
    internal static bool TryRead(ElfFile elf, out GoBuild build)
    {
        build = default;
        ReadOnlySpan<byte> content = elf.ContentOf(".go.buildinfo");
        if (content.Length < HeaderSize || content[0] != 0xff || !content[1..].StartsWith(" Go buildinf:"u8) || (content[15] & IsInline) == 0)
        {
            return false;
        }
        content = content[HeaderSize..];
        if (!TryTake(ref content, out var version) || !TryMinor(version, out var minor))
        {
            return false;
        }
        _ = TryTake(ref content, out var modules);
        build = new GoBuild(minor, GrpcOf(modules), version.IndexOf("noswissmap"u8) >= 0);
        return true;
    }

    /// <summary>From lines like <c>dep PATH v1.64.0 HASH</c>; what replaces a module is the next line, <c>=> PATH VERSION</c>.</summary>
    internal static int GrpcOf(ReadOnlySpan<byte> modules)
    {
        var at = modules.IndexOf("dep\tgoogle.golang.org/grpc\t"u8);
        if (at < 0)
        {
            return 0;
        }
        var line = modules[at..];
        var end = line.IndexOf((byte)'\n');
        if (end >= 0 && line[(end + 1)..].StartsWith("=>\t"u8))
        {
            line = line[(end + 1)..];
        }
        line = line[(line.IndexOf((byte)'\t') + 1)..];
        line = line[(line.IndexOf((byte)'\t') + 1)..];
        return line.StartsWith("v1."u8) ? Number(line[3..]) : 0;
    }

    /// <summary>Of <c>go1.26.10</c>, <c>go1.24.4 (Red Hat 1.24.4-1)</c>, <c>devel go1.27-0123abc</c>.</summary>
    internal static bool TryMinor(ReadOnlySpan<byte> version, out int minor)
    {
        var at = version.IndexOf("go1."u8);
        minor = at < 0 ? 0 : Number(version[(at + 4)..]);
        return minor > 0;
    }

    private static int Number(ReadOnlySpan<byte> text) => Utf8Parser.TryParse(text, out int number, out _) ? number : 0;

    // A length in groups of seven bits, and so many bytes.
    private static bool TryTake(ref ReadOnlySpan<byte> from, out ReadOnlySpan<byte> text)
    {
        text = default;
        var size = 0;
        for (var shift = 0; shift < 28 && from.Length > 0; shift += 7)
        {
            var group = from[0];
            from = from[1..];
            size |= (group & 0x7f) << shift;
            if (group < 0x80)
            {
                if (size > from.Length)
                {
                    return false;
                }
                text = from[..size];
                from = from[size..];
                return true;
            }
        }
        return false;
    }
}
