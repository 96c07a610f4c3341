// SPDX-License-Identifier: Apache-2.0
// The calls into libbpf 1.5, nothing else. EntryPoint is libbpf's own name, so its documentation applies word for word.
using System.Runtime.InteropServices;

namespace Agent.Bpf;

/// <summary>libbpf, linked statically.</summary>
internal static unsafe partial class LibBpf
{
    internal const uint TrafficIngress = 1; /* BPF_TC_INGRESS */
    internal const uint TrafficEgress = 2;
    internal const uint Before = 8; /* BPF_F_BEFORE: nothing named, so before all */

    private const string Library = "libbpf";

    [LibraryImport(Library, EntryPoint = "libbpf_num_possible_cpus")]
    internal static partial int PossibleCpus();

    [LibraryImport(Library, EntryPoint = "bpf_object__open_mem", SetLastError = true)]
    internal static partial nint ObjectOpen(void* image, nuint size, ObjectOpenOptions* options);

    [LibraryImport(Library, EntryPoint = "bpf_object__load")]
    internal static partial int ObjectLoad(nint bpfObject);

    [LibraryImport(Library, EntryPoint = "bpf_object__close")]
    internal static partial void ObjectClose(nint bpfObject);

    [LibraryImport(Library, EntryPoint = "bpf_object__btf")]
    internal static partial nint ObjectBtf(nint bpfObject);

    [LibraryImport(Library, EntryPoint = "btf__raw_data")]
    internal static partial byte* BtfRawData(nint btf, uint* size);

    [LibraryImport(Library, EntryPoint = "bpf_object__next_map")]
    internal static partial nint NextMap(nint bpfObject, nint map);

    [LibraryImport(Library, EntryPoint = "bpf_map__name")]
    internal static partial byte* MapName(nint map);

    [LibraryImport(Library, EntryPoint = "bpf_map__fd")]
    internal static partial int MapFd(nint map);

    [LibraryImport(Library, EntryPoint = "bpf_map__type")]
    internal static partial uint MapType(nint map);

    [LibraryImport(Library, EntryPoint = "bpf_map__key_size")]
    internal static partial uint MapKeySize(nint map);

    [LibraryImport(Library, EntryPoint = "bpf_map__value_size")]
    internal static partial uint MapValueSize(nint map);

    [LibraryImport(Library, EntryPoint = "bpf_map__max_entries")]
    internal static partial uint MapMaxEntries(nint map);

    [LibraryImport(Library, EntryPoint = "bpf_map__is_internal")]
    [return: MarshalAs(UnmanagedType.U1)]
    internal static partial bool MapIsInternal(nint map);

    [LibraryImport(Library, EntryPoint = "bpf_map__reuse_fd")]
    internal static partial int MapReuseFd(nint map, int fd);

    [LibraryImport(Library, EntryPoint = "bpf_map__initial_value")]
    internal static partial byte* MapInitialValue(nint map, nuint* size);

    [LibraryImport(Library, EntryPoint = "bpf_object__next_program")]
    internal static partial nint NextProgram(nint bpfObject, nint program);

    [LibraryImport(Library, EntryPoint = "bpf_program__name")]
    internal static partial byte* ProgramName(nint program);

    [LibraryImport(Library, EntryPoint = "bpf_program__section_name")]
    internal static partial byte* ProgramSection(nint program);

    [LibraryImport(Library, EntryPoint = "bpf_program__set_autoload")]
    internal static partial int ProgramSetAutoload(nint program, [MarshalAs(UnmanagedType.U1)] bool isLoaded);

    [LibraryImport(Library, EntryPoint = "bpf_program__fd")]
    internal static partial int ProgramFd(nint program);

    [LibraryImport(Library, EntryPoint = "bpf_program__attach", SetLastError = true)]
    internal static partial nint Attach(nint program);

    [LibraryImport(Library, EntryPoint = "bpf_program__attach_cgroup", SetLastError = true)]
    internal static partial nint AttachCgroup(nint program, int cgroupFd);

    [LibraryImport(Library, EntryPoint = "bpf_program__attach_tcx", SetLastError = true)]
    internal static partial nint AttachTcx(nint program, int interfaceIndex, TcxOptions* options);

    [LibraryImport(Library, EntryPoint = "bpf_tc_hook_create")]
    internal static partial int TrafficHookCreate(TrafficHook* hook);

    [LibraryImport(Library, EntryPoint = "bpf_tc_attach")]
    internal static partial int TrafficAttach(TrafficHook* hook, TrafficOptions* options);

    [LibraryImport(Library, EntryPoint = "bpf_tc_detach")]
    internal static partial int TrafficDetach(TrafficHook* hook, TrafficOptions* options);

    [LibraryImport(Library, EntryPoint = "bpf_program__attach_uprobe_multi", SetLastError = true,
        StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nint AttachUprobes(
        nint program, int pid, string binaryPath, byte* pattern, UprobeMultiOptions* options);

    [LibraryImport(Library, EntryPoint = "bpf_program__attach_uprobe_opts", SetLastError = true,
        StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nint AttachUprobe(
        nint program, int pid, string binaryPath, nuint offset, UprobeOptions* options);

    [LibraryImport(Library, EntryPoint = "libbpf_probe_bpf_helper")]
    internal static partial int ProbeHelper(uint programType, uint helper, nint noOptions);

    [LibraryImport(Library, EntryPoint = "bpf_prog_load", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int ProgramLoad(
        uint type, string name, string license, ulong* instructions, nuint count, ProgramLoadOptions* options);

    [LibraryImport(Library, EntryPoint = "bpf_link_create")]
    internal static partial int LinkCreate(int programFd, int targetFd, uint attachType, LinkOptions* options);

    [LibraryImport(Library, EntryPoint = "bpf_link__destroy")]
    internal static partial int LinkDestroy(nint link);

    [LibraryImport(Library, EntryPoint = "bpf_program__expected_attach_type")]
    internal static partial uint ProgramAttachType(nint program);

    [LibraryImport(Library, EntryPoint = "bpf_program__set_expected_attach_type")]
    internal static partial int ProgramSetAttachType(nint program, uint attachType);

    [LibraryImport(Library, EntryPoint = "bpf_prog_attach")]
    internal static partial int ProgramAttach(int programFd, int attachableFd, uint attachType, uint flags);

    [LibraryImport(Library, EntryPoint = "bpf_enable_stats", SetLastError = true)]
    internal static partial int EnableStatistics(uint kind);

    [LibraryImport("shim", EntryPoint = "shim_program_runs")]
    internal static partial int ProgramRuns(int programFd, out ulong runs, out ulong nanoseconds);

    [LibraryImport(Library, EntryPoint = "bpf_map_lookup_elem")]
    internal static partial int MapLookup(int fd, void* key, void* value);

    [LibraryImport(Library, EntryPoint = "bpf_map_update_elem")]
    internal static partial int MapUpdate(int fd, void* key, void* value, ulong flags);

    [LibraryImport(Library, EntryPoint = "bpf_map_delete_elem")]
    internal static partial int MapDelete(int fd, void* key);

    [LibraryImport(Library, EntryPoint = "bpf_map_lookup_batch")]
    internal static partial int MapLookupBatch(
        int fd, void* inBatch, void* outBatch, void* keys, void* values, uint* count, void* options);

    /// <summary>struct bpf_object_open_opts of libbpf 1.5.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct ObjectOpenOptions
    {
        public nuint Size;
        public byte* ObjectName;
        public byte RelaxedMaps;
        public byte* PinRootPath;
        public uint Unused;
        public byte* KernelConfig;
        public byte* CustomBtfPath;
        public byte* KernelLog;
        public nuint KernelLogSize;
        public uint KernelLogLevel;
        public byte* TokenPath;
    }

    /// <summary>struct bpf_tcx_opts of libbpf 1.5.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct TcxOptions
    {
        public nuint Size;
        public uint Flags;
        public uint RelativeFd;
        public uint RelativeId;
        public ulong ExpectedRevision;
    }

    /// <summary>struct bpf_tc_hook of libbpf 1.5.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct TrafficHook
    {
        public nuint Size;
        public int Interface;
        public uint Point;
        public uint Parent;
    }

    /// <summary>struct bpf_tc_opts of libbpf 1.5.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct TrafficOptions
    {
        public nuint Size;
        public int ProgramFd;
        public uint Flags;
        public uint ProgramId;
        public uint Handle;
        public uint Priority;
    }

    /// <summary>struct bpf_uprobe_multi_opts of libbpf 1.5.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct UprobeMultiOptions
    {
        public nuint Size;
        public byte** Symbols;
        public nuint* Offsets;
        public nuint* ReferenceCounters;
        public ulong* Cookies;
        public nuint Count;
        public byte IsReturn;
        public byte IsSession;
    }

    /// <summary>struct bpf_uprobe_opts of libbpf 1.5.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct UprobeOptions
    {
        public nuint Size;
        public nuint ReferenceCounter;
        public ulong Cookie;
        public byte IsReturn;
        public byte* FunctionName;
        public uint Mode;
    }

    /// <summary>struct bpf_prog_load_opts of libbpf 1.5, as far as it is needed.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct ProgramLoadOptions
    {
        public nuint Size;
        public int Attempts;
        public uint ExpectedAttachType;
    }

    /// <summary>struct bpf_link_create_opts of libbpf 1.5, for BPF_TRACE_UPROBE_MULTI.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct LinkOptions
    {
        public nuint Size;
        public uint Flags;
        public void* Iterator;
        public uint IteratorSize;
        public uint TargetType;
        public uint PlaceFlags;
        public uint Count;
        public byte* Path;
        public nuint* Offsets;
        public nuint* ReferenceCounters;
        public ulong* Cookies;
        public uint Pid;
    }
}
