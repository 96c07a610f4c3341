// SPDX-License-Identifier: Apache-2.0
using System.Globalization;

namespace Scenarios.Harness;

/// <summary>
/// A cgroup, a network namespace and a folder of their own. Programs under trace run in the cgroup
/// <c>traced</c>, everything else (the agent, untraced clients) in <c>outside</c>. Nothing outlives it.
/// </summary>
internal sealed class Sandbox : IDisposable
{
    private const string Prefix = "hilo-test-";

    private static readonly List<Sandbox> Open = [];
    private static int _count;

    private readonly Cgroup _cgroup;
    private readonly List<NetworkNamespace> _networks = [];
    private readonly List<RunningProgram> _programs = [];

    public string Name { get; }

    public Cgroup Traced { get; }

    public Cgroup Outside { get; }

    public NetworkNamespace Network => _networks[0];

    public string Folder { get; }

    /// <summary>Those that watch the traced cgroup.</summary>
    public List<Agent> Agents { get; } = [];

    static Sandbox()
    {
        Cgroup.RemoveAbandoned(Prefix);
        NetworkNamespace.RemoveAbandoned(Prefix);
        AppDomain.CurrentDomain.ProcessExit += (_, _) => DisposeAll();
    }

    public Sandbox()
    {
        Name = string.Create(CultureInfo.InvariantCulture, $"{Prefix}{Environment.ProcessId}-{Interlocked.Increment(ref _count)}");
        lock (Open)
        {
            Open.Add(this);
        }

        _cgroup = Cgroup.Create(Name);
        Traced = _cgroup.CreateChild("traced");
        Outside = _cgroup.CreateChild("outside");
        Folder = Directory.CreateTempSubdirectory(Name).FullName;
        AddNetwork();
    }

    public NetworkNamespace AddNetwork()
    {
        var network = new NetworkNamespace($"{Name}-{_networks.Count}");
        _networks.Add(network);
        return network;
    }

    public RunningProgram Start(ProgramStart start, NetworkNamespace? network = null) => Run(Traced, network, start);

    public RunningProgram StartOutside(ProgramStart start, NetworkNamespace? network = null) => Run(Outside, network, start);

    /// <summary>In a cgroup below that of traced programs: <c>a.slice/b.scope</c>.</summary>
    public RunningProgram StartBelow(string path, ProgramStart start, NetworkNamespace? network = null) =>
        Run(path.Split('/').Aggregate(Traced, (cgroup, name) => cgroup.CreateChild(name)), network, start);

    /// <summary>Starts a server and waits until its port listens.</summary>
    public RunningProgram Serve(ProgramStart start, int port, NetworkNamespace? network = null)
    {
        var server = Start(start, network);
        server.WaitFor(() => (network ?? Network).IsListening(port), $"listener on port {port}", 40);
        return server;
    }

    public string PathOf(string name) => Path.Combine(Folder, name);

    public void Dispose()
    {
        lock (Open)
        {
            if (!Open.Remove(this))
            {
                return;
            }
        }

        _cgroup.Dispose();
        _programs.ForEach(program => program.Dispose());
        _networks.ForEach(network => network.Dispose());

        Directory.Delete(Folder, recursive: true);
    }

    private RunningProgram Run(Cgroup cgroup, NetworkNamespace? network, ProgramStart start)
    {
        var program = new RunningProgram(cgroup, network ?? Network, start);
        _programs.Add(program);
        return program;
    }

    private static void DisposeAll()
    {
        Sandbox[] left;
        lock (Open)
        {
            left = [.. Open];
        }

        foreach (var sandbox in left)
        {
            sandbox.Dispose();
        }
    }
}
