// SPDX-License-Identifier: Apache-2.0
using System.Buffers.Binary;
using System.Diagnostics;

namespace Agent.Tests.Native;

/// <summary>The parsers of <c>bpf/protocols</c> as programs of this machine: <c>parsers.c</c> and <c>http2.c</c>, compiled with sanitizers.</summary>
public sealed class ParserProgram
{
    private static readonly string[] Flags =
    [
        "-O1", "-g", "-std=gnu17", "-Wall", "-Wextra", "-Werror", "-fsanitize=address,undefined", "-fno-sanitize-recover=undefined",
        "-I", "bpf", "-I", "tests/Fuzz",
    ];

    private readonly string _program = Compiled("parsers");
    private readonly string _http2 = Compiled("http2", "-lnghttp2");

    /// <summary>What each side of a connection sent, described message by message.</summary>
    public string Messages(string requests, string responses) => Run(_program, ["messages", requests, responses], []);

    /// <summary>Header blocks of HTTP/2, described field by field.</summary>
    public string Blocks(string blocks) => Run(_http2, ["blocks", blocks], []);

    /// <summary>What each side of an HTTP/2 connection sent, described event by event.</summary>
    public string Frames(string requests, string responses) => Run(_http2, ["frames", requests, responses], []);

    /// <summary>Which segments look like HTTP/2.</summary>
    public bool[] Looks(IReadOnlyCollection<byte[]> segments) => [.. Lines(_http2, ["looks"], segments).Select(line => line == "yes")];

    /// <summary>One line of description for each head.</summary>
    public string[] Heads(IReadOnlyCollection<byte[]> heads) => Lines(_program, ["heads"], heads);

    /// <summary>How the parser of Node.js frames the body of each head.</summary>
    public static string[] Llhttp(IReadOnlyCollection<byte[]> heads) =>
        Lines("node", ["--no-deprecation", "tests/Agent.Tests/Native/llhttp.js"], heads);

    private static string Compiled(string name, params string[] libraries)
    {
        var program = Path.Combine(Directory.CreateDirectory(Path.Combine(Repository.Root, "out", "tests")).FullName, name);
        Run("clang-19", [.. Flags, $"tests/Agent.Tests/Native/{name}.c", .. libraries, "-o", program], []);
        return program;
    }

    private static string[] Lines(string program, string[] arguments, IReadOnlyCollection<byte[]> heads)
    {
        var input = new MemoryStream();
        Span<byte> size = stackalloc byte[sizeof(int)];
        foreach (var head in heads)
        {
            BinaryPrimitives.WriteInt32LittleEndian(size, head.Length);
            input.Write(size);
            input.Write(head);
        }

        return Run(program, arguments, input.ToArray()).TrimEnd('\n').Split('\n');
    }

    private static string Run(string program, string[] arguments, byte[] input)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = Repository.Root,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        process.StandardInput.BaseStream.Write(input);
        process.StandardInput.Close();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)}\n{output.Result}{errors.Result}");
        return output.Result;
    }
}
