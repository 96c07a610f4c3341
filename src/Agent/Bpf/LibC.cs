// SPDX-License-Identifier: Apache-2.0
// The system calls that .NET has no name for. Thin: errors come back as libc gives them, callers decide.
using System.Runtime.InteropServices;

namespace Agent.Bpf;

/// <summary>libc, as far as the loader, the ring reader and the target scan need it.</summary>
internal static unsafe partial class LibC
{
    internal const int ErrorNoEntry = 2;
    internal const int ErrorNoProcess = 3;
    internal const int ErrorInterrupted = 4;
    internal const int ErrorAgain = 11;
    internal const int ErrorExists = 17;
    internal const int ErrorNoSpace = 28;

    internal const int ProtectRead = 1;
    internal const int ProtectWrite = 2;
    internal const int MapShared = 1;
    internal const int OpenReadOnlyCloseOnExec = 0x80000;
    internal const int OpenPathCloseOnExec = 0x280000;
    internal const uint MemoryFileCloseOnExec = 1;
    internal const int CloneNewNetwork = 0x40000000;
    internal const int EpollControlAdd = 1;
    internal const short PollIn = 1;
    internal const uint EpollIn = 1;
    internal const uint EpollOut = 4;
    internal const uint EpollEdgeTriggered = 1u << 31;

    private const int CpuWords = 128; // 8,192 CPUs, the most that Linux can be built for on x86
    private const string Library = "libc";
    private const long PidFdOpenNumber = 434;
    private const long PidFdGetFdNumber = 438;

    [LibraryImport(Library, EntryPoint = "geteuid")]
    internal static partial uint EffectiveUser();

    [LibraryImport(Library, EntryPoint = "mmap", SetLastError = true)]
    internal static partial nint Map(nint address, nuint length, int protection, int flags, int fd, long offset);

    [LibraryImport(Library, EntryPoint = "munmap")]
    internal static partial int Unmap(nint address, nuint length);

    [LibraryImport(Library, EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int Open(string path, int flags, uint mode);

    /// <summary>Another number for the same file, which ends with <see cref="Close"/> or the process.</summary>
    [LibraryImport(Library, EntryPoint = "dup", SetLastError = true)]
    internal static partial int Duplicate(int fd);

    [LibraryImport(Library, EntryPoint = "close")]
    internal static partial int Close(int fd);

    [LibraryImport(Library, EntryPoint = "read", SetLastError = true)]
    internal static partial nint Read(int fd, void* buffer, nuint size);

    [LibraryImport(Library, EntryPoint = "write", SetLastError = true)]
    internal static partial nint Write(int fd, void* buffer, nuint size);

    [LibraryImport(Library, EntryPoint = "readlink", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nint ReadLink(string path, byte* buffer, nuint size);

    [LibraryImport(Library, EntryPoint = "adjtimex", SetLastError = true)]
    private static partial int AdjustTime(byte* timex);

    /// <summary>Whether something has told the kernel lately that its clock is right.</summary>
    internal static bool IsClockSynchronized()
    {
        const int sizeOfTimex = 208;
        const int error = 5; // TIME_ERROR
        var timex = stackalloc byte[sizeOfTimex]; // zero: nothing is changed
        new Span<byte>(timex, sizeOfTimex).Clear();
        return AdjustTime(timex) is >= 0 and not error;
    }

    [LibraryImport(Library, EntryPoint = "memfd_create", SetLastError = true)]
    internal static partial int MemoryFile(byte* name, uint flags);

    [LibraryImport(Library, EntryPoint = "eventfd", SetLastError = true)]
    internal static partial int EventFd(uint initial, int flags);

    [LibraryImport(Library, EntryPoint = "epoll_create1", SetLastError = true)]
    internal static partial int EpollCreate(int flags);

    [LibraryImport(Library, EntryPoint = "epoll_ctl", SetLastError = true)]
    internal static partial int EpollControl(int epollFd, int operation, int fd, EpollEvent* description);

    [LibraryImport(Library, EntryPoint = "epoll_wait", SetLastError = true)]
    internal static partial int EpollWait(int epollFd, EpollEvent* events, int capacity, int timeoutMilliseconds);

    [LibraryImport(Library, EntryPoint = "poll", SetLastError = true)]
    internal static partial int Poll(PollEntry* entries, ulong count, int timeoutMilliseconds);

    [LibraryImport(Library, EntryPoint = "setns", SetLastError = true)]
    internal static partial int SetNamespace(int fd, int kind);

    [LibraryImport(Library, EntryPoint = "unshare", SetLastError = true)]
    internal static partial int Unshare(int kind);

    [LibraryImport(Library, EntryPoint = "if_nameindex", SetLastError = true)]
    internal static partial InterfaceName* InterfaceNames();

    [LibraryImport(Library, EntryPoint = "if_freenameindex")]
    internal static partial void FreeInterfaceNames(InterfaceName* names);

    [LibraryImport(Library, EntryPoint = "sched_getaffinity", SetLastError = true)]
    private static partial int GetAffinity(int tid, nuint size, ulong* mask);

    [LibraryImport(Library, EntryPoint = "sched_setaffinity", SetLastError = true)]
    private static partial int SetAffinity(int tid, nuint size, ulong* mask);

    [LibraryImport(Library, EntryPoint = "sched_setscheduler", SetLastError = true)]
    private static partial int SetScheduler(int tid, int policy, int* priority);

    [LibraryImport(Library, EntryPoint = "setpriority", SetLastError = true)]
    private static partial int SetPriority(int kind, uint who, int nice);

    [LibraryImport(Library, EntryPoint = "statx", SetLastError = true)]
    private static partial int StatX(int fd, byte* path, int flags, uint mask, byte* buffer);

    [LibraryImport(Library, EntryPoint = "socket", SetLastError = true)]
    internal static partial int Socket(int family, int type, int protocol);

    [LibraryImport(Library, EntryPoint = "bind", SetLastError = true)]
    internal static partial int Bind(int fd, void* address, uint size);

    [LibraryImport(Library, EntryPoint = "listen", SetLastError = true)]
    internal static partial int Listen(int fd, int backlog);

    [LibraryImport(Library, EntryPoint = "connect", SetLastError = true)]
    internal static partial int Connect(int fd, void* address, uint size);

    [LibraryImport(Library, EntryPoint = "accept", SetLastError = true)]
    internal static partial int Accept(int fd, void* address, uint* size);

    [LibraryImport(Library, EntryPoint = "getsockname", SetLastError = true)]
    internal static partial int SocketName(int fd, void* address, uint* size);

    [LibraryImport(Library, EntryPoint = "getsockopt", SetLastError = true)]
    internal static partial int SocketOption(int fd, int level, int option, void* value, uint* size);

    [LibraryImport(Library, EntryPoint = "recv", SetLastError = true)]
    internal static partial nint Receive(int fd, void* buffer, nuint size, int flags);

    [LibraryImport(Library, EntryPoint = "send", SetLastError = true)]
    internal static partial nint Send(int fd, void* buffer, nuint size, int flags);

    [LibraryImport(Library, EntryPoint = "recvmsg", SetLastError = true)]
    internal static partial nint ReceiveMessage(int fd, MessageHeader* message, int flags);

    [LibraryImport(Library, EntryPoint = "setsockopt", SetLastError = true)]
    internal static partial int SetSocketOption(int fd, int level, int option, void* value, uint size);

    [LibraryImport(Library, EntryPoint = "shutdown", SetLastError = true)]
    internal static partial int Shutdown(int fd, int how);

    [LibraryImport(Library, EntryPoint = "pipe2", SetLastError = true)]
    internal static partial int Pipe(int* ends, int flags);

    [LibraryImport(Library, EntryPoint = "splice", SetLastError = true)]
    internal static partial nint Splice(int from, long* fromOffset, int to, long* toOffset, nuint size, uint flags);

    [LibraryImport(Library, EntryPoint = "sendfile", SetLastError = true)]
    internal static partial nint SendFile(int to, int from, long* offset, nuint size);

    [LibraryImport(Library, EntryPoint = "tgkill", SetLastError = true)]
    internal static partial int SignalThread(int pid, int tid, int signal);

    [LibraryImport(Library, EntryPoint = "gettid")]
    internal static partial int ThreadId();

    /// <summary>
    /// Large blocks go back to the system when they are freed. The C library would keep as much of them as it has seen at
    /// once, for each thread: some megabytes wherever an object was loaded.
    /// </summary>
    internal static void KeepNoFreedMemory()
    {
        const int trimThreshold = -1; // M_TRIM_THRESHOLD
        const int mapThreshold = -3; // M_MMAP_THRESHOLD
        const int size = 128 * 1024;
        _ = MallocOption(mapThreshold, size);
        _ = MallocOption(trimThreshold, size);
    }

    /// <summary>Makes names in a directory durable. Throws <see cref="IOException"/>.</summary>
    internal static void SyncDirectory(string path)
    {
        var fd = Open(path, OpenReadOnlyCloseOnExec, 0);
        var failed = fd < 0 || Sync(fd) < 0;
        var error = LastError;
        _ = fd < 0 ? 0 : Close(fd);
        if (failed)
        {
            throw new IOException($"{path}: {Marshal.GetPInvokeErrorMessage(error)}");
        }
    }

    [LibraryImport(Library, EntryPoint = "fsync", SetLastError = true)]
    private static partial int Sync(int fd);

    [LibraryImport(Library, EntryPoint = "mallopt")]
    private static partial int MallocOption(int parameter, int value);

    [LibraryImport(Library, EntryPoint = "malloc_trim")]
    internal static partial int ReturnFreedMemory(nuint kept);

    [LibraryImport(Library, EntryPoint = "_exit")]
    internal static partial void ExitNow(int status);

    /// <summary>CPUs that this process may run on, lowest first.</summary>
    internal static IEnumerable<int> AllowedCpus()
    {
        var mask = new ulong[CpuWords];
        fixed (ulong* words = mask)
        {
            _ = GetAffinity(0, (nuint)sizeof(ulong) * CpuWords, words);
        }
        return Enumerable.Range(0, CpuWords * 64).Where(cpu => (mask[cpu / 64] >> (cpu % 64) & 1) != 0);
    }

    /// <summary>Keeps the calling thread on one CPU.</summary>
    internal static bool PinThread(int cpu)
    {
        var words = stackalloc ulong[CpuWords];
        new Span<ulong>(words, CpuWords).Clear();
        words[cpu / 64] = 1UL << (cpu % 64);
        return SetAffinity(0, (nuint)sizeof(ulong) * CpuWords, words) == 0;
    }

    /// <summary>Lets the calling thread run before all ordinary ones (SCHED_FIFO, lowest priority of that class).</summary>
    internal static bool MakeThreadUrgent()
    {
        const int fifo = 1;
        var priority = 1;
        return SetScheduler(0, fifo, &priority) == 0;
    }

    /// <summary>Lets the calling thread have the CPU sooner than ordinary ones, but not always before them.</summary>
    internal static bool HurryThread()
    {
        const int process = 0; // which for Linux is a thread
        const int nice = -10;
        return SetPriority(process, 0, nice) == 0;
    }

    /// <summary>Which file a descriptor is, and whether it is still the same content.</summary>
    internal static bool TryIdentify(int fd, out FileIdentity identity)
    {
        const int emptyPath = 0x1000;
        const uint basicFields = 0x7ff;
        const int size = 256;
        var buffer = stackalloc byte[size];
        byte nothing = 0;
        identity = default;
        if (StatX(fd, &nothing, emptyPath, basicFields, buffer) != 0)
        {
            return false;
        }
        // struct statx: stx_ino 32, stx_mtime 112 (seconds, nanoseconds), stx_dev_major 136, stx_dev_minor 140.
        identity = new FileIdentity(
            *(ulong*)(buffer + 136), *(ulong*)(buffer + 32), *(long*)(buffer + 112), *(uint*)(buffer + 120));
        return true;
    }

    /// <summary>A descriptor for a process, or -1. It names the process for good: a reused pid does not match.</summary>
    internal static int PidFdOpen(int pid) => (int)SystemCall(PidFdOpenNumber, pid, 0, 0);

    /// <summary>A copy of another process's descriptor, or -1.</summary>
    internal static int PidFdGetFd(int pidFd, int targetFd) => (int)SystemCall(PidFdGetFdNumber, pidFd, targetFd, 0);

    /// <summary>errno as words.</summary>
    internal static string ErrorText(int errno) => Marshal.GetPInvokeErrorMessage(errno);

    /// <summary>errno of the last failed call of this class.</summary>
    internal static int LastError => Marshal.GetLastPInvokeError();

    [LibraryImport(Library, EntryPoint = "syscall", SetLastError = true)]
    private static partial long SystemCall(long number, long first, long second, long third);

    // FIONREAD has one pointer argument; declared with exactly that, the variadic call is the same on x86-64 and arm64.
    [LibraryImport(Library, EntryPoint = "ioctl", SetLastError = true)]
    internal static partial int Control(int fd, nuint request, void* argument);

    /// <summary>struct pollfd.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct PollEntry
    {
        public int Fd;
        public short Events;
        public short Returned;
    }

    /// <summary>struct epoll_event. Packed on x86-64 only: nothing behind the mask is read, the size fits both.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 16)]
    internal struct EpollEvent
    {
        public uint Events;
    }

    /// <summary>struct msghdr.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct MessageHeader
    {
        public void* Name;
        public ulong NameSize;
        public void* Parts;
        public nuint PartCount;
        public void* Control;
        public nuint ControlSize;
        public int Flags;
    }

    /// <summary>struct if_nameindex.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct InterfaceName
    {
        public uint Index;
        public byte* Name;
    }
}
