// SPDX-License-Identifier: Apache-2.0
// A process that asks FIONREAD spins in the probe until it is answered, and a CPU on which something spins in the kernel may
// run nothing else. So two threads wait for the question, each on a CPU of its own and ahead of ordinary threads: one of
// them always can answer, however busy the host is. They sleep otherwise.
using Agent.Bpf;
using Agent.Diagnostics;
using Agent.Events;

namespace Agent.Propagation;

/// <summary>The threads that answer the FIONREAD probe.</summary>
internal sealed class FionreadAnswers : IDisposable
{
    private const int Threads = 2;
    private const int LookMilliseconds = 1000;
    private readonly RingBuffer _questions;
    private readonly Lock _draining = new();
    private readonly List<Thread> _threads = [];
    private EventRouter _router;
    private volatile bool _stopping;

    internal FionreadAnswers(RingBuffer questions, EventRouter router)
    {
        _questions = questions;
        _router = router;
        foreach (var cpu in LibC.AllowedCpus().Take(Threads))
        {
            var thread = new Thread(() => Run(cpu)) { Name = $"fionread/{cpu}", IsBackground = true };
            _threads.Add(thread);
            thread.Start();
        }
    }

    public void Dispose()
    {
        _stopping = true;
        foreach (var thread in _threads)
        {
            // A wake-up is taken by whichever thread comes first.
            while (!thread.Join(1))
            {
                _questions.Wake();
            }
        }
        _questions.Dispose();
    }

    private void Run(int cpu)
    {
        if (!LibC.PinThread(cpu) || !LibC.MakeThreadUrgent())
        {
            Log.Debug($"fionread: the answering thread for CPU {cpu} has no priority: {LibC.ErrorText(LibC.LastError)}");
        }
        while (!_stopping)
        {
            _questions.Wait(LookMilliseconds);
            lock (_draining)
            {
                _questions.Drain(ref _router);
            }
        }
    }
}
