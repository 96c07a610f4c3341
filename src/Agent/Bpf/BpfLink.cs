// SPDX-License-Identifier: Apache-2.0
namespace Agent.Bpf;

/// <summary>An attachment. It lasts until disposed, or until the agent's process ends in whatever way.</summary>
internal sealed class BpfLink : IDisposable
{
    private nint[]? _links;

    /// <summary>Several that mean the same end together.</summary>
    internal BpfLink(params nint[] links)
    {
        _links = links;
    }

    /// <summary>Detaches. For a uprobe the kernel waits for running probes, which takes milliseconds.</summary>
    public void Dispose()
    {
        foreach (var link in Interlocked.Exchange(ref _links, null) ?? [])
        {
            _ = LibBpf.LinkDestroy(link);
        }
    }
}
