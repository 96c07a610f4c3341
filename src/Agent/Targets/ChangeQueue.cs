// SPDX-License-Identifier: Apache-2.0
namespace Agent.Targets;

/// <summary>From the event thread, which must not wait, to the watcher, which reads files and attaches programs.</summary>
internal sealed class ChangeQueue
{
    private readonly Queue<Change> _changes = [];
    private bool _closed;

    internal void Post(in Change change)
    {
        lock (_changes)
        {
            _changes.Enqueue(change);
            Monitor.Pulse(_changes);
        }
    }

    /// <summary>Ends the wait of the reader for good.</summary>
    internal void Close()
    {
        lock (_changes)
        {
            _closed = true;
            Monitor.Pulse(_changes);
        }
    }

    internal bool IsClosed
    {
        get
        {
            lock (_changes)
            {
                return _closed;
            }
        }
    }

    /// <summary>The next change. False when the time passed, or the queue was closed.</summary>
    internal bool TryTake(TimeSpan wait, out Change change)
    {
        lock (_changes)
        {
            if (_changes.Count == 0 && !_closed)
            {
                Monitor.Wait(_changes, wait);
            }
            return _changes.TryDequeue(out change) && !_closed;
        }
    }
}
