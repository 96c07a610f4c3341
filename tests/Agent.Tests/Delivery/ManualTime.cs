// SPDX-License-Identifier: Apache-2.0
namespace Agent.Tests.Delivery;

/// <summary>A clock that stands still until it is moved; local time is UTC.</summary>
internal sealed class ManualTime : TimeProvider
{
    private long _milliseconds = 1;

    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    public override long TimestampFrequency => 1000;

    public override long GetTimestamp() => Interlocked.Read(ref _milliseconds);

    public void Advance(long milliseconds) => Interlocked.Add(ref _milliseconds, milliseconds);
}
