// SPDX-License-Identifier: Apache-2.0
namespace Agent.Bpf;

/// <summary>An attachment. It lasts until disposed, or until the agent's process ends in whatever way.</summary>
internal sealed class BpfLink : IDisposable
{
    private nint _link;

    internal BpfLink(nint link)
    {
        _link = link;
    }

    /// <summary>Detaches. For a uprobe the kernel waits for running probes, which takes milliseconds.</summary>
    public void Dispose()
    {
        var link = Interlocked.Exchange(ref _link, 0);
        if (link != 0)
        {
            _ = LibBpf.LinkDestroy(link);
        }
    }
}
