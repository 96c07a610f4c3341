// SPDX-License-Identifier: Apache-2.0
namespace Agent.Bpf;

/// <summary>Keeps a network namespace, so that one can come back to it when the process that led there is gone.</summary>
internal sealed class NamespaceHandle : IDisposable
{
    private readonly int _fd;

    private NamespaceHandle(int fd)
    {
        _fd = fd;
    }

    /// <summary>Of the namespace that the calling thread is in.</summary>
    internal static NamespaceHandle OfThread()
    {
        const string path = "/proc/thread-self/ns/net";
        var fd = LibC.Open(path, LibC.OpenReadOnlyCloseOnExec, 0);
        return fd >= 0 ? new NamespaceHandle(fd) : throw new BpfException($"cannot open {path}", LibC.LastError);
    }

    /// <summary>On a thread of its own, which ends with it. Nothing happens when the namespace cannot be entered.</summary>
    internal void RunWithin(Action work)
    {
        var thread = new Thread(() =>
        {
            if (LibC.SetNamespace(_fd, LibC.CloneNewNetwork) == 0)
            {
                work();
            }
        });
        thread.Start();
        thread.Join();
    }

    public void Dispose() => _ = LibC.Close(_fd);
}
