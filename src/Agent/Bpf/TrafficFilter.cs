// SPDX-License-Identifier: Apache-2.0
namespace Agent.Bpf;

/// <summary>
/// A program as a filter of the clsact queue of an interface, for kernels without TCX. A filter belongs to the interface: one
/// that a killed agent has left is replaced by the next, which has the same place. The empty queue stays behind.
/// </summary>
internal sealed unsafe class TrafficFilter : IDisposable
{
    private const uint Priority = 1; // before all others, except those of the same priority that are older
    private const uint Handle = 0x4872;
    private const uint Replace = 1;
    private readonly LibBpf.TrafficHook _hook;
    private NamespaceHandle? _namespace;

    private TrafficFilter(LibBpf.TrafficHook hook, NamespaceHandle place)
    {
        _hook = hook;
        _namespace = place;
    }

    /// <summary>Attaches to an interface of the calling thread's network namespace.</summary>
    internal static TrafficFilter Attach(int programFd, int interfaceIndex, bool isEgress, string what)
    {
        var hook = new LibBpf.TrafficHook
        {
            Size = (nuint)sizeof(LibBpf.TrafficHook),
            Interface = interfaceIndex,
            Point = LibBpf.TrafficIngress | LibBpf.TrafficEgress,
        };
        var error = LibBpf.TrafficHookCreate(&hook);
        if (error is not 0 and not -LibC.ErrorExists)
        {
            throw new BpfException($"cannot add a clsact queue to interface {interfaceIndex}", -error);
        }
        hook.Point = isEgress ? LibBpf.TrafficEgress : LibBpf.TrafficIngress;
        var options = Options();
        (options.ProgramFd, options.Flags) = (programFd, Replace);
        error = LibBpf.TrafficAttach(&hook, &options);
        return error == 0
            ? new TrafficFilter(hook, NamespaceHandle.OfThread())
            : throw new BpfException($"cannot attach {what}", -error);
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _namespace, null) is { } place)
        {
            place.RunWithin(Detach);
            place.Dispose();
        }
    }

    private void Detach()
    {
        var hook = _hook;
        var options = Options();
        _ = LibBpf.TrafficDetach(&hook, &options);
    }

    private static LibBpf.TrafficOptions Options() =>
        new() { Size = (nuint)sizeof(LibBpf.TrafficOptions), Handle = Handle, Priority = Priority };
}
