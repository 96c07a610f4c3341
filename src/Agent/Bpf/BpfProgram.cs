// SPDX-License-Identifier: Apache-2.0
using System.Runtime.InteropServices;

namespace Agent.Bpf;

/// <summary>One program of a loaded object and the ways to attach it.</summary>
internal sealed unsafe class BpfProgram
{
    private readonly nint _program;
    private readonly int _ownFd;

    internal BpfProgram(nint program)
    {
        _program = program;
        Name = Marshal.PtrToStringUTF8((nint)LibBpf.ProgramName(program)) ?? "";
        Section = Marshal.PtrToStringUTF8((nint)LibBpf.ProgramSection(program)) ?? "";
    }

    private BpfProgram(BpfProgram other)
    {
        (Name, Section, _ownFd) = (other.Name, other.Section, LibC.Duplicate(other.Fd));
    }

    internal string Name { get; }

    /// <summary>What it hooks, in libbpf's notation: <c>sockops</c>, <c>raw_tp/sched_process_exec</c>, …</summary>
    internal string Section { get; }

    internal int Fd => _program != 0 ? LibBpf.ProgramFd(_program) : _ownFd;

    /// <summary>The same, also when its object is closed, until the agent ends. It cannot be attached any more.</summary>
    internal BpfProgram Keep() => new(this);

    internal bool IsCgroup =>
        Section.StartsWith("sockops", StringComparison.Ordinal) || Section.StartsWith("cgroup", StringComparison.Ordinal);

    internal bool IsSocketOperations => Section.StartsWith("sockops", StringComparison.Ordinal);

    internal bool IsTracing => Section.StartsWith("raw_tp", StringComparison.Ordinal) ||
        Section.StartsWith("raw_tracepoint", StringComparison.Ordinal) ||
        Section.StartsWith("tp_btf", StringComparison.Ordinal);

    internal bool IsSockMessage => Section.StartsWith("sk_msg", StringComparison.Ordinal);

    internal bool IsTcx => Section.StartsWith("tcx", StringComparison.Ordinal);

    internal bool IsUprobe => Section.StartsWith("uprobe", StringComparison.Ordinal) || IsUretprobe;

    private bool IsUretprobe => Section.StartsWith("uretprobe", StringComparison.Ordinal);

    /// <summary>How often and for how long it has run while <see cref="RunStatistics"/> were on; nothing when the kernel does not tell.</summary>
    internal (ulong Count, ulong Nanoseconds) Runs =>
        LibBpf.ProgramRuns(Fd, out var runs, out var nanoseconds) == 0 ? (runs, nanoseconds) : (0, 0);

    /// <summary>Before it is loaded: it is going to be attached in a form that every kernel has.</summary>
    internal void UsePerfForm() => _ = LibBpf.ProgramSetAttachType(_program, UprobeLinks.PerfForm);

    /// <summary>Attaches to the hook that the section names.</summary>
    internal BpfLink Attach() => Checked(LibBpf.Attach(_program), Section);

    /// <summary>Attaches to one cgroup, next to whatever others attached there.</summary>
    internal BpfLink AttachCgroup(int cgroupFd, string path) =>
        Checked(LibBpf.AttachCgroup(_program, cgroupFd), $"{Section} to cgroup {path}");

    /// <summary>
    /// Attaches to an interface of the calling thread's network namespace, in front of all programs that are there: one that
    /// accepts a packet for good hides it from those behind.
    /// </summary>
    internal BpfLink AttachTcx(int interfaceIndex)
    {
        var options = new LibBpf.TcxOptions
        {
            Size = (nuint)sizeof(LibBpf.TcxOptions),
            Flags = LibBpf.Before,
        };
        return Checked(LibBpf.AttachTcx(_program, interfaceIndex, &options), $"{Section} to interface {interfaceIndex}");
    }

    /// <summary>The same on kernels without TCX.</summary>
    internal TrafficFilter AttachFilter(int interfaceIndex) => TrafficFilter.Attach(
        Fd, interfaceIndex, Section == "tcx/egress", $"{Name} to clsact of interface {interfaceIndex}");

    /// <summary>Attaches to instructions of a file, for one process, or where functions that begin there return.</summary>
    internal BpfLink AttachUprobes(int pid, string path, params ReadOnlySpan<UprobePlace> places)
    {
        if (LibBpf.ProgramAttachType(_program) == UprobeLinks.MultiForm)
        {
            return Checked(UprobeLinks.AttachMulti(_program, IsUretprobe, pid, path, places), Hook(path, places[0]));
        }
        var links = new nint[places.Length];
        for (var number = 0; number < links.Length; number++)
        {
            links[number] = UprobeLinks.AttachPerf(_program, IsUretprobe, pid, path, places[number]);
            if (links[number] == 0)
            {
                var refused = Refused(Hook(path, places[number]));
                new BpfLink(links[..number]).Dispose();
                throw refused;
            }
        }
        return new BpfLink(links);
    }

    /// <summary>Makes it the message program, or verdict, of a sockmap. It goes with the map.</summary>
    internal void AttachSockmap(int mapFd)
    {
        var error = LibBpf.ProgramAttach(Fd, mapFd, LibBpf.ProgramAttachType(_program), 0);
        if (error != 0)
        {
            throw new BpfException($"cannot attach {Name} ({Section}) to its sockmap", -error);
        }
    }

    private BpfLink Checked(nint link, string hook) => link != 0
        ? new BpfLink(link)
        : throw Refused(hook);

    private BpfException Refused(string hook) => new($"cannot attach {Name} ({hook})", LibC.LastError, KernelLog.Reason([]));

    private string Hook(string path, in UprobePlace place) => $"{Section} to {path}+0x{place.Offset:x}";
}
