// SPDX-License-Identifier: Apache-2.0
using System.Diagnostics;

namespace Agent.Tests.Native;

/// <summary>
/// Header blocks of HTTP/2 in <c>tests/Payloads/hpack</c>, among them those of RFC 7541, appendix C: read whole, byte by byte
/// and cut in two at every place, each time beside nghttp2 and with the result in <c>expected.txt</c>. UPDATE_GOLDEN=1 writes that file.
/// </summary>
[Collection(nameof(Parsers))]
public sealed class HpackTests(ParserProgram parsers)
{
    private static readonly string Payloads = Path.Combine(Repository.Root, "tests", "Payloads", "hpack");

    public static TheoryData<string> Cases() =>
        [.. Directory.EnumerateDirectories(Payloads).Order(StringComparer.Ordinal).Select(folder => Path.GetFileName(folder)!)];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Blocks_are_read_as_expected(string name)
    {
        var golden = Path.Combine(Payloads, name, "expected.txt");
        var actual = parsers.Blocks(Path.Combine(Payloads, name, "blocks.bin"));

        if (Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1")
        {
            File.WriteAllText(golden, actual);
        }

        Assert.Equal(File.ReadAllText(golden), actual);
    }

    [Fact]
    public void Huffman_tables_are_those_that_the_script_writes()
    {
        var folder = Path.Combine(Repository.Root, "bpf", "protocols");
        using var awk = Process.Start(new ProcessStartInfo("awk", ["-f", Path.Combine(folder, "hpack_huffman.awk")]) { RedirectStandardOutput = true })!;

        Assert.Equal(File.ReadAllText(Path.Combine(folder, "hpack_huffman_table.h")), awk.StandardOutput.ReadToEnd());
    }
}
