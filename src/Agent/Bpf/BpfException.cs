// SPDX-License-Identifier: Apache-2.0
namespace Agent.Bpf;

/// <summary>The kernel or libbpf refused: what was tried, the error, and the reason they gave.</summary>
internal sealed class BpfException(string what, int errno, string? reason = null)
    : Exception(Describe(what, errno, reason))
{
    /// <summary>errno of the failed call, positive.</summary>
    public int Errno { get; } = errno;

    private static string Describe(string what, int errno, string? reason)
    {
        var message = $"{what}: {LibC.ErrorText(errno)} (errno {errno})";
        return string.IsNullOrEmpty(reason) ? message : $"{message}\n{reason}";
    }
}
