// SPDX-License-Identifier: Apache-2.0
using System.Runtime.InteropServices;

namespace Agent.Bpf;

/// <summary>
/// Maps by name, across objects: the first object that names a map creates it, every later one is given the same.
/// The creating object must live until the last of the others is loaded. Objects may be loaded on several threads.
/// </summary>
internal sealed unsafe class SharedMaps
{
    private readonly Dictionary<string, nint> _owned = new(StringComparer.Ordinal);

    /// <summary>Before an object is loaded: hand it the maps that exist already.</summary>
    internal void Lend(string objectName, nint bpfObject)
    {
        lock (_owned)
        {
            LendAll(objectName, bpfObject);
        }
    }

    private void LendAll(string objectName, nint bpfObject)
    {
        for (var map = LibBpf.NextMap(bpfObject, 0); map != 0; map = LibBpf.NextMap(bpfObject, map))
        {
            if (!LibBpf.MapIsInternal(map) && _owned.TryGetValue(NameOf(map), out var owner))
            {
                RequireSameShape(objectName, map, owner);
                var error = LibBpf.MapReuseFd(map, LibBpf.MapFd(owner));
                if (error != 0)
                {
                    throw new BpfException($"cannot share map {NameOf(map)} with {objectName}", -error);
                }
            }
        }
    }

    /// <summary>After an object is loaded: the maps it was first to name are now there for others.</summary>
    internal void Adopt(nint bpfObject)
    {
        lock (_owned)
        {
            AdoptAll(bpfObject);
        }
    }

    private void AdoptAll(nint bpfObject)
    {
        for (var map = LibBpf.NextMap(bpfObject, 0); map != 0; map = LibBpf.NextMap(bpfObject, map))
        {
            if (!LibBpf.MapIsInternal(map))
            {
                _owned.TryAdd(NameOf(map), map);
            }
        }
    }

    internal static string NameOf(nint map) => Marshal.PtrToStringUTF8((nint)LibBpf.MapName(map)) ?? "";

    private static void RequireSameShape(string objectName, nint map, nint owner)
    {
        Require("type", LibBpf.MapType(map), LibBpf.MapType(owner));
        Require("key size", LibBpf.MapKeySize(map), LibBpf.MapKeySize(owner));
        Require("value size", LibBpf.MapValueSize(map), LibBpf.MapValueSize(owner));
        Require("number of entries", LibBpf.MapMaxEntries(map), LibBpf.MapMaxEntries(owner));

        void Require(string what, uint here, uint there)
        {
            if (here != there)
            {
                throw new InvalidOperationException(
                    $"{objectName}: map {NameOf(map)} has {what} {here}, but {there} in the object that created it; " +
                    "rebuild all BPF objects from the same sources");
            }
        }
    }
}
