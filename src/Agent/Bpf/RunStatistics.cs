// SPDX-License-Identifier: Apache-2.0
namespace Agent.Bpf;

/// <summary>While this lives, the kernel measures how long BPF programs run, at some ten nanoseconds for each run.</summary>
internal sealed class RunStatistics : IDisposable
{
    private const uint RunTime = 0; /* BPF_STATS_RUN_TIME */
    private readonly int _fd;

    private RunStatistics(int fd) => _fd = fd;

    /// <summary>Null when the kernel refuses (before 5.8, or without CAP_SYS_ADMIN).</summary>
    internal static RunStatistics? TryStart()
    {
        var fd = LibBpf.EnableStatistics(RunTime);
        return fd < 0 ? null : new RunStatistics(fd);
    }

    public void Dispose() => _ = LibC.Close(_fd);
}
