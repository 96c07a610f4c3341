// SPDX-License-Identifier: Apache-2.0
using Agent.Bpf;

namespace Agent.Propagation;

/// <summary>A pipe to splice through.</summary>
internal sealed unsafe class LoopbackPipe : IDisposable
{
    private const int CloseOnExec = 0x80000;

    private LoopbackPipe(int reader, int writer) => (Reader, Writer) = (reader, writer);

    internal int Reader { get; }

    internal int Writer { get; }

    internal static LoopbackPipe Open()
    {
        var ends = stackalloc int[2];
        return LibC.Pipe(ends, CloseOnExec) == 0 ? new LoopbackPipe(ends[0], ends[1]) : throw new BpfException("cannot make a pipe", LibC.LastError);
    }

    public void Dispose()
    {
        _ = LibC.Close(Reader);
        _ = LibC.Close(Writer);
    }
}
