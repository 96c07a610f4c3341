// SPDX-License-Identifier: Apache-2.0
namespace Agent.Bpf;

/// <summary>Helpers of the kernel that not every kernel gives to programs, found by trying. Null: not to be found out, for want of rights.</summary>
internal static class KernelHelpers
{
    private const uint ProbeProgram = 2; /* BPF_PROG_TYPE_KPROBE: it may call each of them */
    private const uint WriteUser = 36;
    private const uint ReadKernel = 113;
    private const uint Loop = 181;

    /// <summary>Of Linux 5.17.</summary>
    internal static bool? Loops => Has(Loop);

    /// <summary>Not under lockdown.</summary>
    internal static bool? WritesProcesses => Has(WriteUser);

    /// <summary>Not under lockdown for confidentiality.</summary>
    internal static bool? ReadsKernel => Has(ReadKernel);

    /// <summary>Throws, in one line, when no program of ours could be loaded.</summary>
    internal static void Require()
    {
        RequireLoops();
        RequireReading();
    }

    internal static void RequireLoops()
    {
        if (Loops == false)
        {
            throw new InvalidOperationException("this kernel is too old, its programs cannot loop (bpf_loop): Linux 5.17 or later is needed");
        }
    }

    internal static void RequireReading()
    {
        if (ReadsKernel == false)
        {
            throw new InvalidOperationException(
                "this kernel is locked down for confidentiality, programs may not read its memory (bpf_probe_read_kernel): nothing can be traced");
        }
    }

    private static bool? Has(uint helper) => LibBpf.ProbeHelper(ProbeProgram, helper, 0) switch
    {
        1 => true,
        0 => false,
        _ => null,
    };
}
