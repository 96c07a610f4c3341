// SPDX-License-Identifier: Apache-2.0
// What this process may do, one bit of CapEff each. Which it needs was found by trying, in a container: docs/install.md. Some are
// missed silently: a directory of /proc that may not be read looks empty.
using Agent.Targets;

namespace Agent.Diagnostics;

/// <summary>A capability.</summary>
/// <param name="Bit">Its number.</param>
/// <param name="WiderBit">The number of one that includes it.</param>
/// <param name="Name">As the kernel calls it.</param>
/// <param name="IsRequired">Nothing works without it.</param>
/// <param name="Without">What then.</param>
internal sealed record Right(int Bit, int WiderBit, string Name, bool IsRequired, string Without)
{
    private const int Admin = 21; // CAP_SYS_ADMIN includes those that were taken out of it later
    private const int Override = 1; // CAP_DAC_OVERRIDE

    internal static IReadOnlyList<Right> All { get; } =
    [
        new(12, 12, "CAP_NET_ADMIN", true, "programs cannot be attached to cgroups"),
        new(19, 19, "CAP_SYS_PTRACE", true, "other processes cannot be looked at"),
        new(38, Admin, "CAP_PERFMON", true, "programs cannot read the kernel"),
        new(39, Admin, "CAP_BPF", true, "programs cannot be loaded"),
        new(2, Override, "CAP_DAC_READ_SEARCH", false,
            "servers that run as another user and are older than hilo are not traced, and their OTEL_SERVICE_NAME is not known"),
        new(Admin, Admin, "CAP_SYS_ADMIN", false,
            "in other network namespaces only the first request of a kept-alive connection of a blocking client carries a header, " +
            "and HILO_TC_INTERFACES has no effect; no header is written inside of Go programs"),
        new(40, Admin, "CAP_CHECKPOINT_RESTORE", false,
            "TLS is not seen in processes whose library was replaced on disk since they started"),
        new(23, 23, "CAP_SYS_NICE", false, "threads that answer processes and name them have no priority, and come late on a busy host"),
    ];

    /// <summary>Those that this process has not.</summary>
    internal static List<Right> Missing(ProcFs proc)
    {
        var held = proc.EffectiveCapabilities();
        return [.. All.Where(right => (held >> right.Bit & 1) == 0 && (held >> right.WiderBit & 1) == 0)];
    }

    /// <summary>Throws, in one line, when nothing would work; says what else will not.</summary>
    internal static void Require(ProcFs proc)
    {
        var missing = Missing(proc);
        RequireNone(missing.Where(right => right.IsRequired));
        foreach (var right in missing)
        {
            Log.Info($"rights: without {right.Name} {right.Without}");
        }
    }

    internal static void RequireNone(IEnumerable<Right> missing)
    {
        Right[] needed = [.. missing];
        if (needed.Length > 0)
        {
            throw new InvalidOperationException(
                $"rights: without {string.Join(" and without ", needed.Select(right => $"{right.Name} {right.Without}"))}; " +
                "start hilo as root, or give the container these capabilities");
        }
    }
}
