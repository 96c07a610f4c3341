// SPDX-License-Identifier: Apache-2.0
namespace Scenarios.Harness;

/// <summary>A test with a sandbox of its own.</summary>
public abstract class Scenario : IDisposable
{
    private static int _plays;

    private protected Sandbox Sandbox { get; } = new();

    private readonly List<Sandbox> _others = [];

    private protected static string Backend { get; } = $"http://127.0.0.1:{Programs.BackendPort}";

    /// <summary>Starts the player on a conversation.</summary>
    private protected RunningProgram StartPlayer(
        Conversation talk, bool traced = true, string address = "127.0.0.1", int sourcePort = 0, NetworkNamespace? network = null, string? gate = null)
    {
        var name = Sandbox.PathOf($"play-{Interlocked.Increment(ref _plays)}");
        File.WriteAllBytes(name + ".data", talk.Data);
        var start = new ProgramStart(Build.C("player"), address, $"{Programs.BackendPort}", name + ".data", name + ".answers", $"{sourcePort}")
        {
            Input = talk.Plan,
            Environment = { ["PLAYER_GATE"] = gate ?? "/", ["PLAYER_COMPLETIONS"] = "1", ["PLAYER_START"] = name + ".start", ["OTEL_SERVICE_NAME"] = "player" },
        };
        // A socket that was ever in a sockmap refuses zero-copy sends, so Hilo keeps out those of threads with a ring. Programs
        // that send this way have theirs before they connect.
        if (talk.Plan.Contains("uringzc", StringComparison.Ordinal))
        {
            start.Environment["PLAYER_RING_FIRST"] = "1";
        }

        var player = traced ? Sandbox.Start(start, network) : Sandbox.StartOutside(start, network);
        // How soon after its start a process is traced is not what is tested with the player.
        if (traced)
        {
            Sandbox.Agents.ForEach(agent => agent.AwaitWatch(player));
        }

        File.WriteAllText(name + ".start", "");
        return player;
    }

    /// <summary>Plays a conversation to its end and compares every byte; returns what was added to each request.</summary>
    private protected List<TraceParent?> Play(Conversation talk, Recorder recorder, bool traced = true)
    {
        StartPlayer(talk, traced).Finish();
        return Compare(talk, recorder);
    }

    /// <summary>As far as the player came, if it did not play to the end.</summary>
    private protected static List<TraceParent?> Compare(Conversation talk, Recorder recorder, int? sent = null)
    {
        var connections = recorder.Take();
        Assert.Equal(talk.Connections.Count, connections.Count);
        byte[] received = [.. connections.SelectMany(bytes => bytes)];
        var size = sent ?? talk.Data.Length;
        return Wire.Compare(talk.Data.AsSpan(0, size), [.. talk.Heads.TakeWhile(head => head.End.Value <= size)], received);
    }

    /// <summary>What another host would be: a cgroup and a network apart from the first ones.</summary>
    private protected Sandbox AddSandbox()
    {
        var sandbox = new Sandbox();
        _others.Add(sandbox);
        return sandbox;
    }

    public void Dispose()
    {
        _others.ForEach(sandbox => sandbox.Dispose());
        Sandbox.Dispose();
        GC.SuppressFinalize(this);
    }
}
