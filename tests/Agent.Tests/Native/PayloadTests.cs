// SPDX-License-Identifier: Apache-2.0
namespace Agent.Tests.Native;

/// <summary>
/// What was really sent, and what is hard to read, in <c>tests/Payloads/http1</c>: read whole, byte by byte and cut in two
/// at every place, each time with the result in <c>expected.txt</c>. UPDATE_GOLDEN=1 writes that file.
/// </summary>
[Collection(nameof(Parsers))]
public sealed class PayloadTests(ParserProgram parsers)
{
    private const string Absent = "/dev/null";

    private static readonly string Payloads = Path.Combine(Repository.Root, "tests", "Payloads", "http1");

    public static TheoryData<string> Cases()
    {
        var cases = new TheoryData<string>();
        foreach (var folder in Directory.EnumerateDirectories(Payloads).Order(StringComparer.Ordinal))
        {
            cases.Add(Path.GetFileName(folder));
        }

        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Payload_is_read_as_expected(string name)
    {
        var golden = Path.Combine(Payloads, name, "expected.txt");
        var actual = parsers.Messages(Part(name, "request.bin"), Part(name, "response.bin"));

        if (Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1")
        {
            File.WriteAllText(golden, actual);
        }

        Assert.Equal(File.ReadAllText(golden), actual);
    }

    private static string Part(string name, string file)
    {
        var path = Path.Combine(Payloads, name, file);
        return File.Exists(path) ? path : Absent;
    }
}
