// SPDX-License-Identifier: Apache-2.0
using Agent.Bpf;

namespace Agent.Diagnostics;

/// <summary>What a kernel that is locked down keeps programs from: found by trying, and as it says itself.</summary>
/// <param name="WritesProcesses">Null: not found out.</param>
/// <param name="ReadsKernel">Null: not found out.</param>
/// <param name="Said">Null: where the kernel would say it, nothing is mounted.</param>
internal readonly record struct Lockdown(bool? WritesProcesses, bool? ReadsKernel, string? Said)
{
    internal const string Source = "/sys/kernel/security/lockdown";

    internal static Lockdown Find() => new(
        KernelHelpers.WritesProcesses, KernelHelpers.ReadsKernel, File.Exists(Source) ? Chosen(File.ReadAllText(Source)) : null);

    /// <summary>One line.</summary>
    internal string Describe() => (WritesProcesses, ReadsKernel) switch
    {
        (null, _) or (_, null) => "not found out, for want of rights",
        (true, true) => "none: programs may read the kernel and write into processes",
        (false, true) => "integrity: programs may not write into processes (bpf_probe_write_user), which only headers inside of a process " +
            "would need; on the network they are written all the same",
        _ => "confidentiality: programs may not read the kernel (bpf_probe_read_kernel), so nothing can be traced",
    } + $"; {Source}: {Said ?? "not mounted"}";

    /// <summary>Of <c>none [integrity] confidentiality</c> the one in brackets.</summary>
    internal static string Chosen(string modes)
    {
        var (begin, end) = (modes.IndexOf('['), modes.IndexOf(']'));
        return begin >= 0 && end > begin ? modes[(begin + 1)..end] : modes.Trim();
    }
}
