// SPDX-License-Identifier: Apache-2.0
namespace Agent.Delivery.Queues;

/// <summary>A queue on disk; immutable, made once from the environment.</summary>
internal sealed record SpoolOptions
{
    /// <summary>Only one agent at a time uses it.</summary>
    internal required string Directory { get; init; }

    /// <summary>What its files may take; the oldest make room.</summary>
    internal long MaxBytes { get; init; } = 1L << 30;

    /// <summary>How long spans are kept for a receiver that does not take them; null: as long as there is room.</summary>
    internal TimeSpan? MaxAge { get; init; }

    /// <summary>Spans that no receiver has are on the disk after this time.</summary>
    internal TimeSpan SyncInterval { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Memory for what is not on the disk yet, or cannot be written.</summary>
    internal long MaxPendingBytes { get; init; } = 16 << 20;

    /// <summary>Tells the age of spans while the agent runs; across restarts it is the time of the files.</summary>
    internal TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Milliseconds, on a clock that nobody sets.</summary>
    internal long Now => Time.GetTimestamp() / (Time.TimestampFrequency / 1000);

    /// <summary>For so long a file is written, so that its spans are about equally old.</summary>
    internal TimeSpan SegmentAge => MaxAge / 16 ?? TimeSpan.MaxValue;

    /// <summary>Files are that long: large enough to be few, small enough to make room in steps.</summary>
    internal long SegmentBytes => Math.Clamp(MaxBytes / 16, 1 << 20, 16 << 20);
}
