// SPDX-License-Identifier: Apache-2.0
using System.Collections.Concurrent;

namespace Agent.Bpf;

/// <summary>
/// Detaches on a thread of its own: before a uprobe is gone the kernel waits for every CPU, and nobody else should. What is
/// left at the end is detached by several threads, because those who wait at the same time wait only once.
/// </summary>
internal sealed class LinkReaper : IDisposable
{
    private const int MaxThreads = 16;
    private const int StackSize = 128 * 1024;
    private readonly BlockingCollection<BpfLink> _links = [];
    private readonly List<Thread> _threads = [];

    internal LinkReaper()
    {
        AddThread();
    }

    internal void Dispose(BpfLink link) => _links.Add(link);

    /// <summary>Waits until everything handed over is detached.</summary>
    public void Dispose()
    {
        _links.CompleteAdding();
        while (_threads.Count < Math.Min(MaxThreads, _links.Count))
        {
            AddThread();
        }
        _threads.ForEach(thread => thread.Join());
        _links.Dispose();
    }

    private void AddThread()
    {
        var thread = new Thread(Run, StackSize) { IsBackground = true, Name = "links" };
        _threads.Add(thread);
        thread.Start();
    }

    private void Run()
    {
        foreach (var link in _links.GetConsumingEnumerable())
        {
            link.Dispose();
        }
    }
}
