// SPDX-License-Identifier: Apache-2.0
namespace Agent.Delivery.Exporters;

/// <summary>
/// Exponential back-off with jitter: each wait is drawn from half to one and a half of a delay that doubles, so
/// that agents which failed together do not come back together.
/// </summary>
internal struct RetryDelay(TimeSpan first, TimeSpan max)
{
    private TimeSpan _delay = first;

    /// <summary>The next wait; what the receiver asked for holds when it is longer.</summary>
    public TimeSpan Next(TimeSpan? asked)
    {
        var wait = _delay * (0.5 + Random.Shared.NextDouble());
        _delay = TimeSpan.FromTicks(Math.Min(_delay.Ticks * 2, max.Ticks));
        return asked > wait ? asked.Value : wait;
    }
}
