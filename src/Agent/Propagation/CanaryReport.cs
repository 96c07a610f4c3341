// SPDX-License-Identifier: Apache-2.0
namespace Agent.Propagation;

/// <summary>What the canary found.</summary>
/// <param name="Failed">A bit for each <see cref="CanaryTrial"/> that went wrong.</param>
internal readonly record struct CanaryReport(uint Failed)
{
    // Wrong for every member, however short its membership is.
    private static readonly CanaryTrial[] Vital =
    [
        CanaryTrial.EdgeTriggered, CanaryTrial.Bytes, CanaryTrial.Insertion, CanaryTrial.SpliceInto, CanaryTrial.SendFile, CanaryTrial.HalfClose,
        CanaryTrial.Backpressure,
    ];

    internal static CanaryTrial[] Trials { get; } = Enum.GetValues<CanaryTrial>();

    /// <summary>Sockets may be enrolled at all.</summary>
    internal bool MayEnrol => Vital.All(Passes);

    /// <summary>Non-blocking sockets may be members while they wait for an answer. FIONREAD is watched, where it is wrong.</summary>
    internal bool MayStay => MayEnrol && Passes(CanaryTrial.SpliceFrom);

    internal bool Passes(CanaryTrial trial) => (Failed >> (int)trial & 1) == 0;

    /// <summary>What is wrong, and what follows from it; null when nothing is.</summary>
    internal string? Describe()
    {
        var report = this;
        var wrong = Trials.Where(trial => !report.Passes(trial)).Select(trial => $"{Symptom(trial)}: {Consequence(trial)}").ToArray();
        return wrong.Length == 0 ? null : string.Join('\n', wrong);
    }

    /// <summary>As metrics and the doctor call it.</summary>
    internal static string Name(CanaryTrial trial) => trial switch
    {
        CanaryTrial.Fionread => "fionread",
        CanaryTrial.Signals => "signals",
        CanaryTrial.EdgeTriggered => "edge_triggered",
        CanaryTrial.Bytes => "bytes",
        CanaryTrial.Insertion => "insertion",
        CanaryTrial.SpliceInto => "splice_into",
        CanaryTrial.SpliceFrom => "splice_from",
        CanaryTrial.SendFile => "sendfile",
        CanaryTrial.HalfClose => "half_close",
        CanaryTrial.ZeroCopy => "zero_copy",
        CanaryTrial.Backpressure => "backpressure",
        _ => throw new ArgumentOutOfRangeException(nameof(trial)),
    };

    private static string Symptom(CanaryTrial trial) => trial switch
    {
        CanaryTrial.Fionread => "FIONREAD answers 0",
        CanaryTrial.Signals => "a signal ends blocking reads with EAGAIN",
        CanaryTrial.EdgeTriggered => "edge-triggered epoll does not wake",
        CanaryTrial.Bytes => "bytes are changed or missing",
        CanaryTrial.Insertion => "a header cannot be inserted",
        CanaryTrial.SpliceInto => "splice() into the socket loses bytes",
        CanaryTrial.SpliceFrom => "splice() from the socket loses bytes",
        CanaryTrial.SendFile => "sendfile() loses bytes",
        CanaryTrial.HalfClose => "after shutdown() bytes or the end are missing",
        CanaryTrial.ZeroCopy => "MSG_ZEROCOPY sends are not each reported once",
        CanaryTrial.Backpressure => "a writer with a full buffer is not woken, or its bytes do not arrive once",
        _ => throw new ArgumentOutOfRangeException(nameof(trial)),
    };

    private static string Consequence(CanaryTrial trial) => trial switch
    {
        CanaryTrial.Fionread => "processes that ask it are watched, and their sockets leave with each request",
        CanaryTrial.Signals => "blocking sockets leave with each request",
        CanaryTrial.SpliceFrom => "all sockets leave with each request",
        CanaryTrial.ZeroCopy => "sockets with SO_ZEROCOPY are not enrolled, or leave with the request before which it was set",
        _ => "no socket is enrolled, headers are not written",
    };
}
