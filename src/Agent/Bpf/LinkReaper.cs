// SPDX-License-Identifier: Apache-2.0
using System.Collections.Concurrent;

namespace Agent.Bpf;

/// <summary>
/// Detaches on a thread of its own: before a uprobe is gone the kernel waits for every CPU, and nobody else should.
/// </summary>
internal sealed class LinkReaper : IDisposable
{
    private readonly BlockingCollection<BpfLink> _links = [];
    private readonly Thread _thread;

    internal LinkReaper()
    {
        _thread = new Thread(Run) { IsBackground = true, Name = "links" };
        _thread.Start();
    }

    internal void Dispose(BpfLink link) => _links.Add(link);

    /// <summary>Waits until everything handed over is detached.</summary>
    public void Dispose()
    {
        _links.CompleteAdding();
        _thread.Join();
        _links.Dispose();
    }

    private void Run()
    {
        foreach (var link in _links.GetConsumingEnumerable())
        {
            link.Dispose();
        }
    }
}
