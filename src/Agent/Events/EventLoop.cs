// SPDX-License-Identifier: Apache-2.0
using Agent.Bpf;
using Agent.Delivery;
using Agent.Diagnostics;

namespace Agent.Events;

/// <summary>One thread: wait, drain, dispatch.</summary>
internal sealed class EventLoop(RingBuffer ring, SpanSink sink, Ledger ledger, Pulse pulse)
{
    // Exchanges do not wake the agent; it looks by itself, often while there is traffic, and after the start.
    private const int BusyMilliseconds = 10;
    private const int IdleMilliseconds = 100;
    private const int FirstMilliseconds = 2000;
    private ulong _malformed;
    private volatile bool _stopping;

    /// <summary>Runs until <see cref="Stop"/>.</summary>
    internal void Run(EventRouter router)
    {
        var drained = 0;
        var started = Environment.TickCount64;
        while (!_stopping)
        {
            var isBusy = drained > 0 || Environment.TickCount64 - started < FirstMilliseconds;
            ring.Wait(isBusy ? BusyMilliseconds : IdleMilliseconds);
            drained = Drain(ref router);
            router.Tick();
            sink.Tick();
            pulse.Beat();
        }
    }

    /// <summary>Goes on while the programs are detached, then takes what those left that were just running.</summary>
    internal void TakeRest(EventRouter router, Thread detaching)
    {
        while (!detaching.Join(BusyMilliseconds))
        {
            Drain(ref router);
            sink.Tick();
        }
        Thread.Sleep(BusyMilliseconds);
        Drain(ref router);
        router.End();
    }

    /// <summary>Callable from any thread.</summary>
    internal void Stop()
    {
        _stopping = true;
        ring.Wake();
    }

    private int Drain(ref EventRouter router)
    {
        var drained = ring.Drain(ref router);
        var malformed = ring.Malformed;
        if (malformed != _malformed)
        {
            ledger.Dropped(DropReason.Malformed, (long)(malformed - _malformed));
            _malformed = malformed;
        }
        return drained;
    }
}
