// SPDX-License-Identifier: Apache-2.0
namespace Agent.Delivery.Queues;

/// <summary>Who waits until spans are safe, in their order. Any thread.</summary>
internal sealed class SpoolPromises
{
    private readonly Queue<(long End, TaskCompletionSource<bool> Waiter)> _waiting = new();

    /// <summary>Completes when all spans before this one are safe, or may be lost.</summary>
    internal Task<bool> Until(long end)
    {
        var waiter = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_waiting)
        {
            _waiting.Enqueue((end, waiter));
        }
        return waiter.Task;
    }

    /// <summary>All spans before this one are safe.</summary>
    internal void Keep(long end) => Complete(end, areSafe: true);

    /// <summary>Spans before this one may be lost, unless they were said to be safe.</summary>
    internal void Break(long end) => Complete(end, areSafe: false);

    private void Complete(long end, bool areSafe)
    {
        lock (_waiting)
        {
            while (_waiting.TryPeek(out var first) && first.End <= end)
            {
                _waiting.Dequeue().Waiter.SetResult(areSafe);
            }
        }
    }
}
