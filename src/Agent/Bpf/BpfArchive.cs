// SPDX-License-Identifier: Apache-2.0
// The objects in the binary, packed together: they have most of their types and much of their code in common, so together
// they take a quarter of what each takes alone. Unpacked, they are needed for as long as something loads.
using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;

namespace Agent.Bpf;

/// <summary>All objects, unpacked while anybody holds them: about 4 MB, 40 ms.</summary>
internal sealed unsafe class BpfArchive : IDisposable
{
    private static readonly Lock Guard = new();
    private static byte* _unpacked;
    private static int _holders;
    private bool _released;

    private BpfArchive()
    {
    }

    /// <summary>What is embedded: name and size in bytes, in the order of the archive.</summary>
    internal static IReadOnlyList<(string Name, int Size)> Index { get; } = ReadIndex();

    /// <summary>To be disposed; who holds it for long saves the others the unpacking.</summary>
    internal static BpfArchive Hold()
    {
        lock (Guard)
        {
            if (_unpacked is null)
            {
                _unpacked = Unpack();
            }
            _holders++;
        }
        return new BpfArchive();
    }

    /// <summary>The bytes of <c>name.bpf.o</c>, valid until this is disposed.</summary>
    internal ReadOnlySpan<byte> Find(string name)
    {
        ObjectDisposedException.ThrowIf(_released, this);
        var start = 0;
        foreach (var (candidate, size) in Index)
        {
            if (candidate == name)
            {
                return new ReadOnlySpan<byte>(_unpacked + start, size);
            }
            start += size;
        }
        throw new InvalidOperationException($"{name}.bpf.o is not part of this binary; build it with ./build.sh");
    }

    public void Dispose()
    {
        if (_released)
        {
            return;
        }
        _released = true;
        lock (Guard)
        {
            if (--_holders == 0)
            {
                NativeMemory.Free(_unpacked);
                _unpacked = null;
            }
        }
    }

    private static byte* Unpack()
    {
        using var packed = Resource("objects.xz");
        var size = Index.Sum(entry => entry.Size);
        var bytes = (byte*)NativeMemory.Alloc((nuint)size);
        var source = new ReadOnlySpan<byte>(packed.PositionPointer, (int)packed.Length);
        if (LibLzma.TryUnpack(source, new Span<byte>(bytes, size)))
        {
            return bytes;
        }
        NativeMemory.Free(bytes);
        throw new InvalidOperationException("the BPF objects in this binary are damaged; build it with ./build.sh");
    }

    // A line each: name, size. A loop: Select() of a value type would be compiled for every type that anything selects from.
    private static List<(string Name, int Size)> ReadIndex()
    {
        using var lines = new StreamReader(Resource("objects.txt"));
        var index = new List<(string Name, int Size)>();
        while (lines.ReadLine() is { Length: > 0 } line)
        {
            var space = line.IndexOf(' ', StringComparison.Ordinal);
            index.Add((line[..space], int.Parse(line.AsSpan(space + 1), CultureInfo.InvariantCulture)));
        }
        return index;
    }

    private static UnmanagedMemoryStream Resource(string name) =>
        Assembly.GetExecutingAssembly().GetManifestResourceStream(name) as UnmanagedMemoryStream
        ?? throw new InvalidOperationException($"{name} is not part of this binary; build it with ./build.sh");
}
