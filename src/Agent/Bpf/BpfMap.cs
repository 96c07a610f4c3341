// SPDX-License-Identifier: Apache-2.0
namespace Agent.Bpf;

/// <summary>A map of a loaded object, typed. Valid as long as the object that created it.</summary>
internal readonly unsafe struct BpfMap<TKey, TValue>
    where TKey : unmanaged
    where TValue : unmanaged
{
    private const ulong AnyFlag = 0;
    private const ulong NoExistFlag = 1;

    internal BpfMap(int fd)
    {
        Fd = fd;
    }

    internal int Fd { get; }

    internal bool TryLookup(TKey key, out TValue value)
    {
        value = default;
        fixed (TValue* target = &value)
        {
            return LibBpf.MapLookup(Fd, &key, target) == 0;
        }
    }

    /// <summary>Sets the value, whatever was there. Returns 0 or errno.</summary>
    internal int Set(TKey key, TValue value) => -LibBpf.MapUpdate(Fd, &key, &value, AnyFlag);

    /// <summary>Sets the value unless the key is there: the kernel's own entry wins. Returns 0 or errno.</summary>
    internal int Add(TKey key, TValue value) => -LibBpf.MapUpdate(Fd, &key, &value, NoExistFlag);

    internal bool Remove(TKey key) => LibBpf.MapDelete(Fd, &key) == 0;

    /// <summary>
    /// Reads the next entries of a hash map, many in one call. False when these were the last; <paramref name="position"/>
    /// is the kernel's own and means nothing here.
    /// </summary>
    internal bool TryReadChunk(ref uint position, bool first, TKey* keys, TValue* values, uint capacity, out uint count)
    {
        var next = position;
        var read = capacity;
        var start = position;
        var error = LibBpf.MapLookupBatch(Fd, first ? null : &start, &next, keys, values, &read, null);
        position = next;
        count = error is 0 or -LibC.ErrorNoEntry ? read : 0;
        return error == 0;
    }
}
