// SPDX-License-Identifier: Apache-2.0
using System.Text;

namespace Scenarios.Harness;

/// <summary>An untraced client, a traced Python service that passes nothing on by itself, and a recorder behind it.</summary>
internal sealed class OneHop : IDisposable
{
    private const int Port = 8001;

    private readonly Sandbox _sandbox;
    private readonly Recorder _recorder;

    public Agent Agent { get; }

    public OneHop(Sandbox sandbox, params (string Name, string? Value)[] settings)
    {
        _sandbox = sandbox;
        _recorder = new Recorder(sandbox, traced: false);
        sandbox.Serve(Programs.Server("python", Port, sandbox.Folder).Named("python"), Port);
        Agent = new Agent(sandbox, settings);
    }

    public Span Server => Assert.Single(Agent.Spans, span => span.IsServer);

    public Span Client => Assert.Single(Agent.Spans, span => span.IsClient);

    /// <summary>Sends one request with these header lines; returns the header lines that the recorder received.</summary>
    public string[] Pass(params string[] headers)
    {
        var url = Uri.EscapeDataString($"http://127.0.0.1:{Programs.BackendPort}/headers?id=1");
        string[] command =
        [
            "curl", "-sS", "--fail", "-o", "/dev/null", .. headers.SelectMany(header => new[] { "-H", header }), $"http://127.0.0.1:{Port}/hop?next={url}&id=1",
        ];
        _sandbox.StartOutside(new ProgramStart(command)).Finish();
        return Encoding.Latin1.GetString(_recorder.Take().Single()).Split("\r\n")[1..^2];
    }

    /// <summary>The value of the one line with this name; null when there is none.</summary>
    public static string? Value(string[] lines, string name)
    {
        var found = lines.Where(line => line.StartsWith(name + ":", StringComparison.OrdinalIgnoreCase)).ToArray();
        Assert.True(found.Length <= 1, $"{name} is there {found.Length} times");
        return found.Length == 0 ? null : found[0][(name.Length + 1)..].Trim();
    }

    public void Dispose() => Agent.Dispose();
}
