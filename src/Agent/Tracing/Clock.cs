// SPDX-License-Identifier: Apache-2.0
namespace Agent.Tracing;

/// <summary>
/// Turns CLOCK_MONOTONIC, which the kernel side stamps events with, into Unix time. The distance between both is
/// measured again every second, but only moved when it really changed (the clock was set, the machine slept):
/// spans of one trace must not shift against each other by the noise of the measurement.
/// </summary>
internal sealed class Clock
{
    private const long Tolerance = 100_000;
    private const long NsPerSecond = 1_000_000_000;
    private const int Attempts = 5;

    private readonly TimeProvider _time;
    private long _offset;
    private long _measuredAt;

    public Clock(TimeProvider? time = null)
    {
        _time = time ?? TimeProvider.System;
        _offset = Measure();
        _measuredAt = Monotonic();
    }

    public ulong ToUnix(ulong monotonicNs) => monotonicNs + (ulong)_offset;

    /// <summary>Called by the thread that also converts, as often as it likes.</summary>
    public void Tick()
    {
        var now = Monotonic();
        if (now - _measuredAt < NsPerSecond)
        {
            return;
        }

        _measuredAt = now;
        var offset = Measure();
        if (Math.Abs(offset - _offset) > Tolerance)
        {
            _offset = offset;
        }
    }

    /// <summary>Reads both clocks a few times and believes the attempt that was least disturbed.</summary>
    private long Measure()
    {
        long best = 0;
        var bestWidth = long.MaxValue;
        for (var i = 0; i < Attempts; i++)
        {
            var before = Monotonic();
            var unix = (_time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks * TimeSpan.NanosecondsPerTick;
            var width = Monotonic() - before;
            if (width < bestWidth)
            {
                (best, bestWidth) = (unix - before - (width / 2), width);
            }
        }

        return best;
    }

    private long Monotonic() => _time.GetTimestamp() * (NsPerSecond / _time.TimestampFrequency);
}
