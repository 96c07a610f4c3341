// SPDX-License-Identifier: Apache-2.0
// Says of one process what an agent with this configuration would do with it, by the same code that an agent decides with. Nothing is
// attached or loaded. What the process did last is told by the agents that run.
using System.Globalization;
using Agent.Control;
using Agent.Probes;
using Agent.Runtimes.Go;
using Agent.Sources;
using Agent.Targets;

namespace Agent.Cli;

/// <summary><c>hilo explain PID</c>.</summary>
internal sealed class Explain(ProcFs proc, CgroupTree? tree, TargetSelector selector, TextWriter output)
{
    private const int LabelWidth = 9;
    private const int FirstProcess = 1;
    private readonly ProcessScan _scan = new(proc);

    /// <summary>0: it is traced; 1: it is not, or there is no such process.</summary>
    internal int Execute(int pid)
    {
        if (!proc.TryReadStat(pid, out var stat))
        {
            throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"there is no process {pid}"));
        }
        if (proc.Executable(pid) is not { } program)
        {
            throw new InvalidOperationException(string.Create(
                CultureInfo.InvariantCulture, $"the program of process {pid} cannot be read: it is a part of the kernel, has ended, or CAP_SYS_PTRACE is missing"));
        }
        var facts = new ProcessFacts(proc, pid, program);
        var ports = _scan.SortedPortsOf(pid);
        var (isTraced, reason, naming) = Decide(pid, facts, ports);
        Say("process", string.Create(CultureInfo.InvariantCulture, $"{pid} {program}, language {facts.Language}, child of {stat.ParentPid}"));
        Say("cgroup", $"{tree?.Of(pid) ?? proc.Cgroup(pid) ?? "not known"}{(facts.IsContained ? ", in a container" : "")}");
        Say("listens", ports.Count == 0 ? "on no TCP port" : string.Join(", ", ports));
        Say("traced", $"{(isTraced ? "yes" : "no")}: {reason}");
        if (isTraced)
        {
            _ = Declaration.TryRead(proc, pid, out var declaration);
            Say("service", ResourceAttributes.Describe(proc, pid, program, declaration, naming).ServiceNameText);
        }
        Say("tls", Tls(pid));
        if (facts.Language == "go")
        {
            Say("go", Go(pid, program));
        }
        AskAgents(pid);
        return isTraced ? 0 : 1;
    }

    private void AskAgents(int pid)
    {
        var agents = ControlSocket.Agents();
        foreach (var agent in agents)
        {
            Say("agent", string.Create(CultureInfo.InvariantCulture, $"process {agent}"));
            var lines = ControlSocket.Ask(agent, string.Create(CultureInfo.InvariantCulture, $"{ControlSocket.ExchangesPath}?{pid}"));
            foreach (var line in lines.Split('\n', StringSplitOptions.RemoveEmptyEntries).DefaultIfEmpty("nothing that was seen, sampled and is still in memory"))
            {
                Say("last", line);
            }
        }
        if (agents.Count == 0)
        {
            Say("agent", "none runs in this network namespace: what it did last is not known");
        }
    }

    private void Say(string label, string text) => output.WriteLine(label.PadRight(LabelWidth) + text);

    // What is below a traced process is traced too, unless it is excluded.
    private (bool IsTraced, string Reason, Naming Naming) Decide(int pid, ProcessFacts facts, List<ushort> ports)
    {
        if (tree is null)
        {
            return (false, "no cgroup v2 hierarchy is mounted here", default);
        }
        if (tree.Of(pid) is not { } cgroup)
        {
            return (false, "its cgroup is not below the mounted hierarchy", default);
        }
        if (!tree.Allows(cgroup))
        {
            return (false, $"it is outside of HILO_CGROUP, {tree.Confinement}", default);
        }
        if (selector.Choose(facts, ports) is { } naming)
        {
            return (true, selector.Explain(facts, ports), naming);
        }
        for (var above = _scan.ParentOf(pid); above > FirstProcess && !selector.IsExcluded(facts, ports); above = _scan.ParentOf(above))
        {
            if (proc.Executable(above) is { } program && tree.Of(above) is { } its && tree.Allows(its) &&
                selector.Choose(new ProcessFacts(proc, above, program), _scan.PortsOf(above)) is { })
            {
                return (true, string.Create(CultureInfo.InvariantCulture, $"it is below process {above} ({program}), which is"), default);
            }
        }
        return (false, selector.Explain(facts, ports), default);
    }

    private string Tls(int pid)
    {
        var found = new List<string>();
        foreach (var mapped in proc.MappedCode(pid))
        {
            if (ElfFile.TryOpen(proc.Mapping(pid, mapped), out var elf) || ElfFile.TryOpen(proc.Inside(pid, mapped.Path), out elf))
            {
                using (elf)
                {
                    if (TlsFacts.Read(elf).IsTls)
                    {
                        found.Add(mapped.Path);
                    }
                }
            }
        }
        return found.Count == 0 ? "no library or program with functions that can be probed is mapped now" : $"can be read in {string.Join(", ", found.Distinct())}";
    }

    private string Go(int pid, string program)
    {
        if (!ElfFile.TryOpen(proc.Inside(pid, program), out var elf))
        {
            return "its program cannot be read";
        }
        using (elf)
        {
            return GoFacts.Read(elf).Places is null
                ? "its goroutines cannot be followed, work in it is known by thread: no HTTP server of the standard library, or a release that is not known and has no DWARF"
                : "its goroutines are followed";
        }
    }
}
