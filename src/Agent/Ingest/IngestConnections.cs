// SPDX-License-Identifier: Apache-2.0
using System.Collections.Concurrent;

namespace Agent.Ingest;

/// <summary>All connections there are: no more than allowed, and none that makes no progress.</summary>
internal sealed class IngestConnections(int limit, IngestCounters counters) : IDisposable
{
    private static readonly TimeSpan SweepInterval = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<IngestConnection, bool> _all = [];
    private readonly TaskCompletionSource _empty = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Timer? _sweep;
    private int _count;
    private volatile bool _closing;

    public void Start() => _sweep = new Timer(_ => Sweep(), null, SweepInterval, SweepInterval);

    public bool TryAdd(IngestConnection connection)
    {
        if (Interlocked.Increment(ref _count) > limit || _closing)
        {
            Leave();
            counters.CountTurnedAway();
            return false;
        }

        return _all.TryAdd(connection, true);
    }

    public void Remove(IngestConnection connection)
    {
        if (_all.TryRemove(connection, out _))
        {
            Leave();
        }
    }

    /// <summary>Waits for those that are at work, closes the others, and in the end all.</summary>
    public async Task CloseAsync(TimeSpan limit)
    {
        _closing = true;
        foreach (var (connection, _) in _all)
        {
            if (connection.IsIdle)
            {
                connection.Cut();
            }
        }

        if (Volatile.Read(ref _count) > 0)
        {
            await Task.WhenAny(_empty.Task, Task.Delay(limit)).ConfigureAwait(false);
        }

        foreach (var (connection, _) in _all)
        {
            connection.Cut();
        }
    }

    public void Dispose() => _sweep?.Dispose();

    private void Leave()
    {
        if (Interlocked.Decrement(ref _count) == 0 && _closing)
        {
            _empty.TrySetResult();
        }
    }

    private void Sweep()
    {
        var now = Environment.TickCount64;
        foreach (var (connection, _) in _all)
        {
            if (connection.IsOverdue(now))
            {
                if (!connection.IsIdle)
                {
                    counters.CountCut();
                }

                connection.Cut();
            }
        }
    }
}
