// SPDX-License-Identifier: Apache-2.0
// The types of the running kernel are megabytes, and libbpf reads all of them anew for every object. The objects name a
// handful: those are taken out once and handed to libbpf as a file in memory.
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Agent.Bpf;

/// <summary>What BPF objects name of the kernel's types, in a file that libbpf can open.</summary>
internal sealed unsafe class KernelTypes : IDisposable
{
    internal const string Source = "/sys/kernel/btf/vmlinux";
    private const int MaxSize = 256 << 20;
    private readonly int _fd;

    private KernelTypes(int fd)
    {
        _fd = fd;
    }

    /// <summary>Valid until it is disposed.</summary>
    internal string Path => $"/proc/self/fd/{_fd}";

    /// <summary>An empty file: objects are opened with its path, and it must be filled before they are loaded.</summary>
    internal static KernelTypes? TryCreate()
    {
        fixed (byte* name = "hilo-kernel-types\0"u8)
        {
            var fd = LibC.MemoryFile(name, LibC.MemoryFileCloseOnExec);
            return fd < 0 ? null : new KernelTypes(fd);
        }
    }

    /// <summary>False when this kernel does not say what its types are, or not in a way that is understood.</summary>
    internal bool TryFill(IEnumerable<Btf> objects)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var layout in objects)
        {
            names.UnionWith(layout.Names);
        }
        names.Remove("");
        try
        {
            var reduced = Reduce(names);
            fixed (byte* bytes = reduced)
            {
                return LibC.Write(_fd, bytes, (nuint)reduced.Length) == reduced.Length;
            }
        }
        catch (Exception unknown) when (unknown is IOException or UnauthorizedAccessException or InvalidDataException
            or ArgumentOutOfRangeException)
        {
            return false;
        }
    }

    public void Dispose() => _ = LibC.Close(_fd);

    private static byte[] Reduce(HashSet<string> names)
    {
        using SafeFileHandle file = File.OpenHandle(Source);
        var length = RandomAccess.GetLength(file);
        if (length is 0 or > MaxSize)
        {
            throw new InvalidDataException($"{Source} has {length} bytes");
        }
        var bytes = (byte*)NativeMemory.Alloc((nuint)length);
        try
        {
            var content = new Span<byte>(bytes, (int)length);
            var size = 0;
            for (int read; size < content.Length && (read = RandomAccess.Read(file, content[size..], size)) > 0;)
            {
                size += read;
            }
            return BtfReduction.Of(content[..size], names);
        }
        finally
        {
            NativeMemory.Free(bytes);
        }
    }
}
