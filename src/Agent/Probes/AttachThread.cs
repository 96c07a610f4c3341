// SPDX-License-Identifier: Apache-2.0
// The kernel takes up to tens of milliseconds to attach a uprobe, in which nothing on the host can fork. So probes are
// attached on a thread of their own, which a backlog does not harm.
using Agent.Bpf;
using Agent.Diagnostics;

namespace Agent.Probes;

/// <summary>Does the work of one probe, in the order in which it falls due.</summary>
internal sealed class AttachThread : IDisposable
{
    private readonly PriorityQueue<Action, (long At, long Number)> _work = new();
    private readonly OnceLog _log = new();
    private readonly string _probe;
    private readonly Thread _thread;
    private long _number;
    private bool _isBusy;
    private bool _stopping;

    internal AttachThread(string probe)
    {
        _probe = probe;
        _thread = new Thread(Run) { Name = probe, IsBackground = true };
    }

    /// <summary>Begins with what was asked for so far.</summary>
    internal void Start() => _thread.Start();

    internal void Post(Action action, int delayMilliseconds = 0)
    {
        lock (_work)
        {
            if (!_stopping)
            {
                _work.Enqueue(action, (Environment.TickCount64 + delayMilliseconds, _number++));
                Monitor.PulseAll(_work);
            }
        }
    }

    /// <summary>Returns when everything asked for so far is done, without what is meant for later.</summary>
    internal void WaitUntilDone()
    {
        var now = Environment.TickCount64;
        lock (_work)
        {
            while (!_stopping && (_isBusy || (_work.TryPeek(out _, out var due) && due.At <= now)))
            {
                Monitor.Wait(_work);
            }
        }
    }

    /// <summary>Waits for the end of what is being done and forgets the rest.</summary>
    public void Dispose()
    {
        lock (_work)
        {
            _stopping = true;
            _work.Clear();
            Monitor.PulseAll(_work);
        }
        if (_thread.ThreadState.HasFlag(ThreadState.Unstarted))
        {
            return;
        }
        _thread.Join();
    }

    private void Run()
    {
        _ = LibC.HurryThread();
        while (TryTake(out var action))
        {
            try
            {
                action();
            }
            catch (Exception refused) when (refused is not OutOfMemoryException)
            {
                _log.Warn(_probe, refused is BpfException ? refused.Message : refused.ToString());
            }
            lock (_work)
            {
                _isBusy = false;
                Monitor.PulseAll(_work);
            }
        }
    }

    private bool TryTake(out Action action)
    {
        action = null!;
        lock (_work)
        {
            while (!_stopping)
            {
                var wait = _work.TryPeek(out _, out var due) ? due.At - Environment.TickCount64 : Timeout.Infinite;
                if (_work.Count > 0 && wait <= 0)
                {
                    action = _work.Dequeue();
                    _isBusy = true;
                    return true;
                }
                Monitor.Wait(_work, (int)wait);
            }
        }
        return false;
    }
}
