// SPDX-License-Identifier: Apache-2.0
using Agent.Bpf;
using Agent.Contract;

namespace Agent.Diagnostics;

/// <summary>The one writer of the map `throttle`, for the governor and the guard.</summary>
internal sealed class ThrottleSwitch(BpfMap<uint, Throttle> throttle)
{
    private readonly Lock _lock = new();
    private ThrottleStep _overhead = ThrottleStep.Full;
    private HarmState _harm = HarmState.Watching;

    internal void Set(ThrottleStep overhead)
    {
        lock (_lock)
        {
            _overhead = overhead;
            Write();
        }
    }

    internal void Set(HarmState harm)
    {
        lock (_lock)
        {
            _harm = harm;
            Write();
        }
    }

    private void Write() => throttle.Set(0, new Throttle
    {
        Step = _harm == HarmState.Withdrawn && _overhead < ThrottleStep.NoHeaders ? ThrottleStep.NoHeaders : _overhead,
        HoldOut = _harm == HarmState.Comparing ? 1U : 0U,
    });
}
