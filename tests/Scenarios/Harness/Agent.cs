// SPDX-License-Identifier: Apache-2.0
using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Scenarios.Harness;

/// <summary>
/// The agent, watching the traced cgroup of a sandbox and exporting to a receiver in its network.
/// Every test ends it by <see cref="Finish"/>, which checks that the ledger balances.
/// </summary>
internal sealed partial class Agent : IDisposable
{
    // The agent prints those that are not zero: a name that is not in the contract would always be zero.
    private static readonly HashSet<string> Names =
    [
        .. Member().Matches(File.ReadAllText(Path.Combine(Repository.Root, "bpf", "contract", "counters.h")))
            .Select(match => match.Groups[1].Value.ToLowerInvariant()),
    ];

    private static readonly TimeSpan WatchPatience = TimeSpan.FromSeconds(5);

    private readonly Sandbox _sandbox;
    private readonly Dictionary<string, string> _environment;
    private readonly Func<Dictionary<string, string>, ProgramStart> _start;
    private RunningProgram _program;
    private Dictionary<string, long> _counters = [];
    private int _spansBefore;

    public OtlpReceiver Receiver { get; }

    public IReadOnlyList<Span> Spans => Receiver.Spans;

    public RunningProgram Program => _program;

    public Agent(Sandbox sandbox, params (string Name, string? Value)[] settings)
        : this(sandbox, environment => new ProgramStart(Repository.Agent, "run") { Environment = environment }, settings)
    {
    }

    /// <summary>Started in another way than as a program on this host.</summary>
    public Agent(Sandbox sandbox, Func<Dictionary<string, string>, ProgramStart> start, params (string Name, string? Value)[] settings)
    {
        _sandbox = sandbox;
        _start = start;
        Receiver = new OtlpReceiver(sandbox.Network);
        _environment = new Dictionary<string, string>
        {
            ["HILO_CGROUP"] = sandbox.Traced.Folder,
            ["OTEL_EBPF_AUTO_TARGET_EXE"] = "*",
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = $"http://127.0.0.1:{OtlpReceiver.Port}",
            ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
            ["OTEL_LOG_LEVEL"] = "debug",
        };
        foreach (var (name, value) in settings)
        {
            if (value is null)
            {
                _environment.Remove(name);
            }
            else
            {
                _environment[name] = value;
            }
        }

        _program = Launch();
        sandbox.Agents.Add(this);
    }

    /// <summary>
    /// Waits until the sockets of a process may stay in the sockmap. The kernel needs milliseconds for that, or, on a host where
    /// others keep it busy, a good part of a second.
    /// </summary>
    public void AwaitWatch(RunningProgram program)
    {
        var patience = Stopwatch.StartNew();
        while (!_program.HasExited && Writes().IsMatch(Program.Errors) && patience.Elapsed < WatchPatience &&
            !Program.Errors.Contains($"process {program.Pid} ({program.Path}) is watched", StringComparison.Ordinal))
        {
            Thread.Sleep(5);
        }
    }

    /// <summary>Waits until so many processes of a program are probed for TLS: its programs are loaded for the first of them.</summary>
    public void AwaitTls(string program, int processes = 1) => _program.WaitFor(
        () => Program.Errors.Split('\n').Count(line => line.Contains($"({program}) is probed", StringComparison.Ordinal)) >= processes,
        $"{processes} probed processes of {program}", 20);

    /// <summary>Waits until it can probe whatever speaks TLS from now on.</summary>
    public void AwaitTls() => _program.WaitFor(() => Program.Errors.Contains("tls: loaded", StringComparison.Ordinal), "programs for TLS", 20);

    /// <summary>Starts it again after it was stopped or killed.</summary>
    public void Restart() => _program = Launch();

    public void Kill() => _program.Stop(Native.SigKill);

    /// <summary>What a counter stands at, asked now or as it was at the end.</summary>
    public long Counter(string name)
    {
        Assert.Contains(name, Names);
        if (!_program.HasExited)
        {
            ReadCounters(AskForReport());
        }

        return _counters.GetValueOrDefault(name);
    }

    /// <summary>The ledger of this moment.</summary>
    public Ledger Balance() => Ledger.Find(AskForReport())!;

    public long Skipped => _counters.Where(counter => counter.Key.StartsWith("skip_", StringComparison.Ordinal)).Sum(counter => counter.Value);

    /// <summary>
    /// Ends it by SIGTERM: it drains, and every span it saw must be accounted for and here. Only traffic
    /// faster than the receiver <paramref name="mayDrop"/>.
    /// </summary>
    public Ledger Finish(bool mayDrop = false)
    {
        var status = _program.Stop(Native.SigTerm);
        TestContext.Current.TestOutputHelper?.WriteLine(_program.Transcript);
        Assert.Equal(0, status);
        var ledger = Ledger.Find(_program.Errors + _program.Output);
        Assert.True(ledger is not null, "no ledger line\n" + _program.Transcript);
        ReadCounters(_program.Errors + _program.Output);
        Assert.True(ledger.Unexplained == 0, $"the ledger does not balance: {ledger}\n{_program.Transcript}");
        Assert.True(ledger.InFlight == 0, $"not drained: {ledger}\n{_program.Transcript}");
        Assert.True(mayDrop || ledger.Dropped == 0, $"spans were dropped: {ledger}\n{_program.Transcript}");
        Assert.Equal(ledger.Exported, Spans.Count - _spansBefore);
        return ledger;
    }

    public void Dispose()
    {
        if (!_program.HasExited)
        {
            Kill();
        }

        Receiver.Dispose();
    }

    private RunningProgram Launch()
    {
        _spansBefore = Spans.Count;
        var program = _sandbox.StartOutside(_start(_environment));
        program.WaitFor(() => program.Errors.Contains("ready", StringComparison.Ordinal), "line with `ready`", 40);
        return program;
    }

    private string AskForReport()
    {
        var before = _program.Errors.Length + _program.Output.Length;
        Native.Signal(_program.Pid, Native.SigUsr1);
        _program.WaitFor(() => Ledger.Find((_program.Output + _program.Errors)[before..]) is not null, "report after SIGUSR1", 5);
        Thread.Sleep(50);
        return (_program.Output + _program.Errors)[before..];
    }

    private void ReadCounters(string report)
    {
        var line = report.Split('\n').Last(text => text.Contains("counters:", StringComparison.Ordinal));
        _counters = Pair().Matches(line).ToDictionary(
            match => match.Groups["name"].Value, match => long.Parse(match.Groups["value"].ValueSpan, CultureInfo.InvariantCulture));
    }

    [GeneratedRegex(@"ready: .*(headers|option) written")]
    private static partial Regex Writes();

    [GeneratedRegex(@"\b(?<name>[a-z_0-9]+)=(?<value>\d+)")]
    private static partial Regex Pair();

    [GeneratedRegex(@"\bCOUNTER_([A-Z_0-9]+),")]
    private static partial Regex Member();
}
