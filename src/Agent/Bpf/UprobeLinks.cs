// SPDX-License-Identifier: Apache-2.0
// Two forms of link exist. The multi form is one link for many places, and its making holds no lock that the whole host
// waits for. Older kernels have only the perf form, one link for each place; those that have the first multi form count a
// process as one thread, which is no use here. The form is part of a program when it is loaded, so it is tried before.
namespace Agent.Bpf;

/// <summary>How uprobes are attached on this kernel.</summary>
internal static unsafe class UprobeLinks
{
    internal const uint MultiForm = 48; /* BPF_TRACE_UPROBE_MULTI */
    internal const uint PerfForm = 0;

    private const int ErrorBadFile = 9;
    private const int ErrorInvalid = 22;
    private const uint ProgramKprobe = 2;
    private static readonly Lazy<bool> HasMultiForm = new(TryMulti);

    internal static bool HasMulti => HasMultiForm.Value;

    /// <summary>One link for all places.</summary>
    internal static nint AttachMulti(nint program, bool atReturn, int pid, string path, ReadOnlySpan<UprobePlace> places)
    {
        var offsets = stackalloc nuint[places.Length];
        var cookies = stackalloc ulong[places.Length];
        for (var number = 0; number < places.Length; number++)
        {
            (offsets[number], cookies[number]) = ((nuint)places[number].Offset, places[number].Cookie);
        }
        var options = new LibBpf.UprobeMultiOptions
        {
            Size = (nuint)sizeof(LibBpf.UprobeMultiOptions),
            Offsets = offsets,
            Cookies = cookies,
            Count = (nuint)places.Length,
            IsReturn = atReturn ? (byte)1 : (byte)0,
        };
        return LibBpf.AttachUprobes(program, pid, path, null, &options);
    }

    internal static nint AttachPerf(nint program, bool atReturn, int pid, string path, in UprobePlace place)
    {
        var options = new LibBpf.UprobeOptions
        {
            Size = (nuint)sizeof(LibBpf.UprobeOptions),
            Cookie = place.Cookie,
            IsReturn = atReturn ? (byte)1 : (byte)0,
        };
        return LibBpf.AttachUprobe(program, pid, path, (nuint)place.Offset, &options);
    }

    // A directory holds no instructions: who knows this form says so. And who knows what a process is finds -1 to be none
    // before he looks at the file.
    private static bool TryMulti()
    {
        var instructions = stackalloc ulong[] { 0xb7 /* r0 = 0 */, 0x95 /* exit */ };
        var options = new LibBpf.ProgramLoadOptions
        {
            Size = (nuint)sizeof(LibBpf.ProgramLoadOptions),
            ExpectedAttachType = MultiForm,
        };
        var program = LibBpf.ProgramLoad(ProgramKprobe, "hilo_uprobes", "GPL", instructions, 2, &options);
        if (program < 0)
        {
            return false;
        }
        var works = Error(program, 0) == ErrorBadFile && Error(program, uint.MaxValue) == ErrorInvalid;
        _ = LibC.Close(program);
        return works;
    }

    private static int Error(int program, uint pid)
    {
        nuint offset = 0;
        fixed (byte* path = "/\0"u8)
        {
            var options = new LibBpf.LinkOptions
            {
                Size = (nuint)sizeof(LibBpf.LinkOptions),
                Path = path,
                Offsets = &offset,
                Count = 1,
                Pid = pid,
            };
            var link = LibBpf.LinkCreate(program, -1, MultiForm, &options);
            if (link >= 0)
            {
                _ = LibC.Close(link);
            }
            return -Math.Min(link, 0);
        }
    }
}
