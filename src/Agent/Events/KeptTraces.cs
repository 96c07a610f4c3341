// SPDX-License-Identifier: Apache-2.0
using System.Buffers.Binary;
using Agent.Bpf;
using Agent.Contract;

namespace Agent.Events;

/// <summary>The traces that were kept last, here and in the kernel, whose requests then carry the decision on.</summary>
/// <param name="kernel">Map <c>kept_traces</c>; null without a kernel side.</param>
internal sealed class KeptTraces(BpfMap<uint, KeptTrace>? kernel)
{
    private readonly Bytes16[] _slots = new Bytes16[Constants.KeptTraces];

    internal bool Contains(in Bytes16 trace) => _slots[SlotOf(trace)].AsSpan().SequenceEqual(trace.AsSpan());

    internal void Add(in Bytes16 trace)
    {
        _slots[SlotOf(trace)] = trace;
        kernel?.Set(SlotOf(trace), new KeptTrace { TraceId = trace });
    }

    private static uint SlotOf(in Bytes16 trace) =>
        BinaryPrimitives.ReadUInt32LittleEndian(trace.AsSpan()[Constants.KeptSlotAt..]) % Constants.KeptTraces;
}
