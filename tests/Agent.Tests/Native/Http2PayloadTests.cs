// SPDX-License-Identifier: Apache-2.0
namespace Agent.Tests.Native;

/// <summary>
/// What was really sent, in <c>tests/Payloads/http2</c>: read whole, byte by byte and cut in two at every place, each time with
/// the result in <c>expected.txt</c>. UPDATE_GOLDEN=1 writes that file.
/// </summary>
[Collection(nameof(Parsers))]
public sealed class Http2PayloadTests(ParserProgram parsers)
{
    private static readonly string Payloads = Path.Combine(Repository.Root, "tests", "Payloads", "http2");

    public static TheoryData<string> Cases() =>
        [.. Directory.EnumerateDirectories(Payloads).Order(StringComparer.Ordinal).Select(folder => Path.GetFileName(folder)!)];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Payload_is_read_as_expected(string name)
    {
        var golden = Path.Combine(Payloads, name, "expected.txt");
        var actual = parsers.Frames(Path.Combine(Payloads, name, "request.bin"), Path.Combine(Payloads, name, "response.bin"));

        if (Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1")
        {
            File.WriteAllText(golden, actual);
        }

        Assert.Equal(File.ReadAllText(golden), actual);
    }
}
