// SPDX-License-Identifier: Apache-2.0
// Tries every kernel feature by using it, on objects of its own: a cgroup, a network namespace, maps that nothing shares.
// Version numbers decide nothing. Nothing that it attaches outlives it.
using Agent.Bpf;
using Agent.Config;
using Agent.Contract;
using Agent.Probes;
using Agent.Propagation;
using Agent.Targets;

namespace Agent.Diagnostics;

/// <summary><c>hilo doctor</c>.</summary>
/// <param name="options">What a run would be told.</param>
internal sealed class Doctor(ProcFs proc, string? confinement, AgentOptions options)
{
    private readonly List<DoctorCheck> _checks = [];
    private CanaryReport? _canary;

    internal DoctorReport Examine()
    {
        using var archive = BpfArchive.Hold();
        Check("runs as root, or with CAP_BPF, CAP_NET_ADMIN, CAP_PERFMON and CAP_SYS_PTRACE", true,
            "see docs/install.md", () => Right.RequireNone(Right.Missing(proc).Where(right => right.IsRequired)));
        Check("kernel types (BTF)", true, "boot a kernel built with CONFIG_DEBUG_INFO_BTF=y", () =>
            Require(File.Exists("/sys/kernel/btf/vmlinux"), "/sys/kernel/btf/vmlinux does not exist"));
        Check("programs may loop and read the kernel", true, "boot Linux 5.17 or later, not locked down for confidentiality",
            KernelHelpers.Require);
        Check("cgroup v2 hierarchy", true, "mount -t cgroup2 none /sys/fs/cgroup; in a container, mount that of the host there", () =>
        {
            var tree = CgroupTree.Find(proc, confinement);
            Require(tree is not null, "no cgroup2 in /proc/self/mountinfo");
            Require(tree!.IsOfHost, $"{tree.MountPoint} shows only the cgroup of this container");
        });
        Check("sockets: see requests and responses of a cgroup", true,
            "kernel 5.17 or later with CONFIG_CGROUP_BPF=y; no other program may be attached exclusively above",
            () => Attach("sockets", AttachToOwnCgroup));
        Check("process: learn of starting and ending processes", true, "kernel 5.17 or later, CONFIG_BPF_EVENTS=y",
            () => Attach("process", AttachTracing));
        Check("sockmap: write headers into requests", false,
            "without it requests are traced, and their context is not passed on", () => Attach("sockmap", _ => { }));
        Check("http2: see HTTP/2 and gRPC", false, "without it connections of HTTP/2 go by untraced",
            () => Attach("http2", _ => { }));
        Check("http2_write: write headers into HTTP/2", false,
            "without it calls are traced, and their context is not passed on", () => Attach("http2_write", _ => { }));
        Check("reenrol: follow blocking clients over kept-alive connections", false,
            "kernel 6.6 to 7.2; without it only the first request of such a connection carries a header",
            () => Attach("reenrol", AttachInOwnNamespace));
        Check("fionread: keep non-blocking clients enrolled", false,
            "CONFIG_UPROBE_EVENTS=y and CAP_PERFMON; without it as for reenrol", () => Attach("fionread", AttachToSelf));
        Check("tls: see what processes give to OpenSSL and GnuTLS", false,
            "CONFIG_UPROBE_EVENTS=y and CAP_PERFMON; without it requests inside TLS are not traced", () => Attach("tls", _ => { }));
        Check("go: follow requests from goroutine to goroutine", false,
            "CONFIG_UPROBE_EVENTS=y and CAP_PERFMON; without it work in programs of Go is known by thread", () => Attach("go", AttachToSelf));
        Check("go_write: write headers inside of Go programs, where the network cannot: TLS, connections older than hilo", false,
            "a kernel that is not locked down; without it such requests of Go programs leave as those of others do", () =>
            {
                Require(KernelHelpers.WritesProcesses != false, "programs may not write into processes (bpf_probe_write_user): " +
                    (Right.Missing(proc).Exists(right => right.Name == "CAP_SYS_ADMIN") ? "that takes CAP_SYS_ADMIN" : "the kernel is locked down"));
                Attach("go_write", AttachToSelf);
            });
        Check("states: follow connections where sock_ops is taken", false,
            "without it, processes in cgroups with an exclusive sock_ops program are not traced",
            () => Attach("states", AttachTracing));
        Check("traffic: write TCP options on interfaces (HILO_TC_INTERFACES), by TCX; not beside MD5, AO or MPTCP; requests larger " +
            "than a segment on an empty one ahead, which may be lost alone", false,
            "kernel 6.6; before, clsact is used, whose filters stay if hilo is killed, until it is started again",
            () => Attach("traffic", bpfObject => AttachTraffic(bpfObject, TrafficBackend.Link)));
        Check("traffic: the same by clsact", false, "CONFIG_NET_SCH_INGRESS and CONFIG_NET_CLS_BPF; or use TCX",
            () => Attach("traffic", bpfObject => AttachTraffic(bpfObject, TrafficBackend.Filter)));
        Check("canary: sockets in a sockmap behave", false,
            "nothing: hilo does as much as this kernel lets it do without harm", RunCanary);
        return new DoctorReport(_checks, Surroundings.Examine(proc, options), [.. Facts()]);
    }

    private void Check(string name, bool isRequired, string remedy, Action attempt) =>
        _checks.Add(DoctorCheck.Try(name, isRequired, remedy, attempt));

    private static void Require(bool condition, string failure)
    {
        if (!condition)
        {
            throw new InvalidOperationException(failure);
        }
    }

    // What no object can do without is one line, not what the verifier says of each.
    private static void Attach(string name, Action<BpfObject> attach)
    {
        KernelHelpers.Require();
        using var bpfObject = Load(name);
        attach(bpfObject);
    }

    private static BpfObject Load(string name)
    {
        var bpfObject = BpfObject.Open(name);
        try
        {
            LayoutCheck.Require(name, bpfObject.Layout);
            bpfObject.TrySet("settings", new Settings
            {
                AgentPid = (uint)Environment.ProcessId,
                InjectHeaders = 1,
                Resident = 1,
            });
            bpfObject.Load(null);
            return bpfObject;
        }
        catch
        {
            bpfObject.Dispose();
            throw;
        }
    }

    private void AttachToOwnCgroup(BpfObject sockets)
    {
        var tree = CgroupTree.Find(proc, confinement) ?? throw new InvalidOperationException("no cgroup v2 hierarchy");
        var (directory, isNew) = TryMakeCgroup(tree);
        var fd = LibC.Open(directory, LibC.OpenReadOnlyCloseOnExec, 0);
        try
        {
            foreach (var program in sockets.Programs().Where(program => program.IsCgroup))
            {
                program.AttachCgroup(fd, directory).Dispose();
            }
        }
        finally
        {
            _ = LibC.Close(fd);
            if (isNew)
            {
                Directory.Delete(directory);
            }
        }
    }

    // In a container the hierarchy is often read-only; then the cgroup that the doctor is in has to do.
    private static (string Directory, bool IsNew) TryMakeCgroup(CgroupTree tree)
    {
        var directory = $"{tree.Directory(tree.Confinement)}/hilo-doctor-{Environment.ProcessId}";
        try
        {
            return (Directory.CreateDirectory(directory).FullName, true);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException && tree.Of(Environment.ProcessId) is { } own)
        {
            return (tree.Directory(own), false);
        }
    }

    private static void AttachTracing(BpfObject process)
    {
        foreach (var program in process.Programs().Where(program => program.IsTracing))
        {
            program.Attach().Dispose();
        }
    }

    private static void AttachInOwnNamespace(BpfObject reenrol)
    {
        const int loopback = 1;
        var program = reenrol.Programs().First(program => program.IsTcx);
        NetworkNamespace.RunInNew(() => program.AttachTcx(loopback).Dispose());
    }

    private static void AttachTraffic(BpfObject traffic, TrafficBackend backend)
    {
        const int loopback = 1;
        NetworkNamespace.RunInNew(() =>
        {
            foreach (var program in traffic.Programs())
            {
                Traffic.Attach(program, loopback, backend).Dispose();
            }
        });
    }

    private static void AttachToSelf(BpfObject fionread)
    {
        const string self = "/proc/self/exe";
        ulong offset = 0;
        var found = ElfFile.TryOpen(self, out var elf) && elf.TryFindEntry(out offset);
        elf?.Dispose();
        Require(found, $"{self} is no ELF file");
        var program = fionread.Programs().First(program => program.IsUprobe);
        program.AttachUprobes(Environment.ProcessId, self, new UprobePlace(offset)).Dispose();
    }

    private IEnumerable<KeyValuePair<string, string>> Facts()
    {
        yield return new("lockdown", Lockdown.Find().Describe());
        yield return new("tls", "read, linked by connection and TCP option; headers are not written into it: a call that was changed must be changed " +
            "back when it ends, and hilo may be killed in between (docs/tls-injection.md)");
        if (_canary is { } report)
        {
            yield return new("canary", string.Join(", ", CanaryReport.Trials.Select(
                trial => $"{CanaryReport.Name(trial)} {(report.Passes(trial) ? "right" : "wrong")}")));
        }
        yield return new("governor", options.Overhead.BudgetMicroseconds == 0 ? "off" : FormattableString.Invariant(
            $"{options.Overhead.BudgetMicroseconds} µs per ordinary request, measured every {options.Overhead.Interval.TotalSeconds} s; over it fewer headers, then none, then nothing"));
        yield return new("guard", !options.Guard.IsOn ? "off" : FormattableString.Invariant(
            $"looks every {options.Guard.Interval.TotalSeconds} s; compares when connections end badly, withdraws for {HarmJudge.FirstWithdrawal} intervals"));
        yield return new("metrics", options.Metrics.Port == 0 ? "off" : FormattableString.Invariant($"port {options.Metrics.Port}, {options.Metrics.Path}"));
    }

    private void RunCanary()
    {
        _canary = Canary.Try();
        var wrong = _canary?.Describe();
        Require(wrong is null, wrong ?? "");
    }
}
