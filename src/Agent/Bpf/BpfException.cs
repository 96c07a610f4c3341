// SPDX-License-Identifier: Apache-2.0
namespace Agent.Bpf;

/// <summary>The kernel or libbpf refused: what was tried, the error, and the reason they gave.</summary>
/// <param name="needs">What it takes, as far as it is a matter of rights.</param>
internal sealed class BpfException(string what, int errno, string? reason = null, string needs = "CAP_BPF, CAP_NET_ADMIN and CAP_PERFMON")
    : Exception(Describe(what, errno, reason, needs))
{
    /// <summary>errno of the failed call, positive.</summary>
    public int Errno { get; } = errno;

    private static string Describe(string what, int errno, string? reason, string needs)
    {
        const int notPermitted = 1;
        var remedy = errno == notPermitted ? $"; run hilo as root, or give it {needs}" : "";
        var message = $"{what}: {LibC.ErrorText(errno)} (errno {errno}){remedy}";
        return string.IsNullOrEmpty(reason) ? message : $"{message}\n{reason}";
    }
}
