// SPDX-License-Identifier: Apache-2.0
namespace Agent.Bpf;

/// <summary>A per-CPU array of 64-bit counts: one slot per CPU, never a lock, summed when read.</summary>
internal sealed unsafe class BpfCounters
{
    private readonly int _fd;
    private readonly ulong[] _slots;

    internal BpfCounters(int fd)
    {
        _fd = fd;
        _slots = new ulong[Math.Max(1, LibBpf.PossibleCpus())];
    }

    /// <summary>The sum over all CPUs.</summary>
    internal ulong Read(uint index)
    {
        lock (_slots)
        {
            fixed (ulong* slots = _slots)
            {
                if (LibBpf.MapLookup(_fd, &index, slots) != 0)
                {
                    return 0;
                }
            }
            var sum = 0UL;
            foreach (var slot in _slots)
            {
                sum += slot;
            }
            return sum;
        }
    }
}
