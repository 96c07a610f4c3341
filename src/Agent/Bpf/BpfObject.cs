// SPDX-License-Identifier: Apache-2.0
// One .bpf.o from open to close. The order is fixed: Open, CheckLayout, Configure, Load; then maps and programs.
using System.Runtime.InteropServices;
using System.Text;

namespace Agent.Bpf;

/// <summary>A BPF object: it loads, or fails, alone.</summary>
internal sealed unsafe class BpfObject : IDisposable
{
    private const int VerifierLogSize = 256 * 1024;
    private readonly nint _object;
    private byte* _verifierLog;
    private bool _closed;

    private BpfObject(string name, byte* image, nuint size, KernelTypes? kernelTypes)
    {
        Name = name;
        _verifierLog = (byte*)NativeMemory.Alloc(VerifierLogSize);
        _verifierLog[0] = 0;
        fixed (byte* utf8 = Encoding.UTF8.GetBytes(name + '\0'), types = Encoding.UTF8.GetBytes(kernelTypes?.Path + '\0'))
        {
            var options = new LibBpf.ObjectOpenOptions
            {
                Size = (nuint)sizeof(LibBpf.ObjectOpenOptions),
                ObjectName = utf8,
                CustomBtfPath = kernelTypes is null ? null : types,
                KernelLog = _verifierLog,
                KernelLogSize = VerifierLogSize,
            };
            KernelLog.Clear();
            _object = LibBpf.ObjectOpen(image, size, &options);
        }
        if (_object == 0)
        {
            var error = LibC.LastError;
            FreeLog();
            throw new BpfException($"cannot open BPF object {name}", error, KernelLog.Reason([]));
        }
        Layout = new Btf(BtfBytes());
    }

    internal string Name { get; }

    /// <summary>The types the object was compiled with.</summary>
    internal Btf Layout { get; }

    /// <summary>
    /// Opens the embedded object <c>name.bpf.o</c>. Without <paramref name="kernelTypes"/>, loading it reads all types of the
    /// kernel.
    /// </summary>
    internal static BpfObject Open(string name, KernelTypes? kernelTypes = null)
    {
        using var archive = BpfArchive.Hold();
        return Open(name, archive.Find(name), kernelTypes);
    }

    /// <summary>Opens an object from bytes, of which libbpf copies what it needs.</summary>
    internal static BpfObject Open(string name, ReadOnlySpan<byte> image, KernelTypes? kernelTypes = null)
    {
        fixed (byte* bytes = image)
        {
            return new BpfObject(name, bytes, (nuint)image.Length, kernelTypes);
        }
    }

    /// <summary>Writes a read-only variable before load. False when the object does not declare it.</summary>
    internal bool TrySet<T>(string variable, in T value)
        where T : unmanaged
    {
        if (!Layout.TryFindVariable(".rodata", variable, out var place))
        {
            return false;
        }
        if (place.Size != sizeof(T))
        {
            throw new InvalidOperationException(
                $"{Name}: variable {variable} has {place.Size} bytes in the object and {sizeof(T)} in the agent");
        }
        nuint size;
        var bytes = LibBpf.MapInitialValue(ReadOnlyMap(), &size);
        if (bytes is null || (nuint)(place.Offset + place.Size) > size)
        {
            throw new InvalidOperationException($"{Name}: read-only data is shorter than its types say");
        }
        fixed (T* source = &value)
        {
            Buffer.MemoryCopy(source, bytes + place.Offset, sizeof(T), sizeof(T));
        }
        return true;
    }

    /// <summary>Hands the maps of a loaded object to others.</summary>
    internal void Share(SharedMaps maps) => maps.Adopt(_object);

    /// <summary>Loads maps and programs. With <paramref name="shared"/>, maps are taken from there and left there.</summary>
    internal void Load(SharedMaps? shared)
    {
        shared?.Lend(Name, _object);
        if (Programs().Any(program => program.IsUprobe) && !UprobeLinks.HasMulti)
        {
            UsePerfForm();
        }
        KernelLog.Clear();
        var error = LibBpf.ObjectLoad(_object);
        if (error != 0)
        {
            var reason = KernelLog.Reason(new ReadOnlySpan<byte>(_verifierLog, VerifierLogSize));
            throw new BpfException($"the kernel refused BPF object {Name}", -error, reason);
        }
        FreeLog();
        shared?.Adopt(_object);
    }

    /// <summary>Its uprobes are loaded for the form of link that every kernel has.</summary>
    internal void UsePerfForm()
    {
        foreach (var program in Programs().Where(program => program.IsUprobe))
        {
            program.UsePerfForm();
        }
    }

    /// <summary>Creates the maps and leaves the programs out: an owner of maps for objects that are loaded later.</summary>
    internal void LoadMaps(SharedMaps shared)
    {
        for (var program = LibBpf.NextProgram(_object, 0); program != 0; program = LibBpf.NextProgram(_object, program))
        {
            _ = LibBpf.ProgramSetAutoload(program, false);
        }
        Load(shared);
    }

    /// <summary>The read-only data as the loaded programs see it.</summary>
    internal byte[] ReadOnlyContent()
    {
        var map = ReadOnlyMap();
        var content = new byte[LibBpf.MapValueSize(map)];
        var first = 0u;
        fixed (byte* bytes = content)
        {
            var error = LibBpf.MapLookup(LibBpf.MapFd(map), &first, bytes);
            return error == 0 ? content : throw new BpfException($"{Name}: cannot read its constants", -error);
        }
    }

    internal IEnumerable<BpfProgram> Programs()
    {
        for (var program = LibBpf.NextProgram(_object, 0); program != 0; program = LibBpf.NextProgram(_object, program))
        {
            yield return new BpfProgram(program);
        }
    }

    internal BpfMap<TKey, TValue> Map<TKey, TValue>(string name)
        where TKey : unmanaged
        where TValue : unmanaged
    {
        var map = Find(name);
        var keySize = LibBpf.MapKeySize(map);
        var valueSize = LibBpf.MapValueSize(map);
        return keySize == sizeof(TKey) && valueSize == sizeof(TValue)
            ? new BpfMap<TKey, TValue>(LibBpf.MapFd(map))
            : throw new InvalidOperationException(
                $"{Name}: map {name} has keys of {keySize} and values of {valueSize} bytes, " +
                $"the agent means {sizeof(TKey)} and {sizeof(TValue)}");
    }

    internal bool HasMap(string name) => FindOrZero(name) != 0;

    internal BpfCounters Counters(string name) => new(LibBpf.MapFd(Find(name)));

    internal RingBuffer Ring(string name)
    {
        var map = Find(name);
        return new RingBuffer(LibBpf.MapFd(map), LibBpf.MapMaxEntries(map));
    }

    /// <summary>Unloads. Links made from its programs keep those alive until they are disposed themselves.</summary>
    public void Dispose()
    {
        if (!_closed)
        {
            _closed = true;
            LibBpf.ObjectClose(_object);
            FreeLog();
        }
    }

    private void FreeLog()
    {
        NativeMemory.Free(_verifierLog);
        _verifierLog = null;
    }

    private ReadOnlySpan<byte> BtfBytes()
    {
        var btf = LibBpf.ObjectBtf(_object);
        uint size = 0;
        var bytes = btf == 0 ? null : LibBpf.BtfRawData(btf, &size);
        return bytes is not null
            ? new ReadOnlySpan<byte>(bytes, (int)size)
            : throw new InvalidOperationException($"{Name}: object without BTF; compile it with -g");
    }

    private nint ReadOnlyMap()
    {
        for (var map = LibBpf.NextMap(_object, 0); map != 0; map = LibBpf.NextMap(_object, map))
        {
            if (LibBpf.MapIsInternal(map) && SharedMaps.NameOf(map).EndsWith(".rodata", StringComparison.Ordinal))
            {
                return map;
            }
        }
        throw new InvalidOperationException($"{Name}: no read-only data");
    }

    private nint Find(string name)
    {
        var map = FindOrZero(name);
        return map != 0 ? map : throw new InvalidOperationException($"{Name}: no map called {name}");
    }

    private nint FindOrZero(string name)
    {
        for (var map = LibBpf.NextMap(_object, 0); map != 0; map = LibBpf.NextMap(_object, map))
        {
            if (SharedMaps.NameOf(map) == name)
            {
                return map;
            }
        }
        return 0;
    }
}
