// SPDX-License-Identifier: Apache-2.0
// Not the file is watched but its directories, the one it is named in and the one it really is in: editors replace files, and
// Kubernetes replaces a link somewhere on the way. Whatever happens there, what the file holds decides.
using System.Runtime.InteropServices;

namespace Agent.Config;

/// <summary>Calls when a file holds something else than before. It may be gone for a while.</summary>
internal sealed unsafe partial class FileWatch
{
    private const int CloseOnExec = 0x80000; /* IN_CLOEXEC */
    private const uint Changes = 0x3c8; /* IN_CLOSE_WRITE, IN_MOVED_FROM, IN_MOVED_TO, IN_CREATE, IN_DELETE */
    private const int EventsSize = 4096;
    private static readonly TimeSpan Settling = TimeSpan.FromMilliseconds(100);

    private readonly string _file;
    private readonly Action _changed;
    private readonly int _notices;
    private byte[] _content;

    private FileWatch(string file, int notices, Action changed)
    {
        _file = file;
        _notices = notices;
        _changed = changed;
        _content = Read() ?? [];
    }

    /// <summary>Watches until the process ends. False when the kernel does not let it: it has a limit on watchers.</summary>
    internal static bool TryStart(string file, Action changed)
    {
        var notices = Start(CloseOnExec);
        if (notices < 0)
        {
            return false;
        }
        var watch = new FileWatch(Path.GetFullPath(file), notices, changed);
        if (!watch.TryWatch())
        {
            return false;
        }
        new Thread(watch.Run) { Name = "config", IsBackground = true }.Start();
        return true;
    }

    private void Run()
    {
        var events = stackalloc byte[EventsSize];
        while (Read(_notices, events, EventsSize) > 0)
        {
            Thread.Sleep(Settling); // a new file is often several steps
            TryWatch();
            if (Read() is { } content && !content.AsSpan().SequenceEqual(_content))
            {
                _content = content;
                _changed();
            }
        }
    }

    // A directory that is watched already stays as it is.
    private bool TryWatch()
    {
        var watched = Add(_notices, Path.GetDirectoryName(_file)!, Changes) >= 0;
        try
        {
            var real = Path.GetDirectoryName(File.ResolveLinkTarget(_file, returnFinalTarget: true)?.FullName);
            return real is null ? watched : Add(_notices, real, Changes) >= 0 || watched;
        }
        catch (IOException)
        {
            return watched;
        }
    }

    private byte[]? Read()
    {
        try
        {
            return File.ReadAllBytes(_file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    [LibraryImport("libc", EntryPoint = "inotify_init1")]
    private static partial int Start(int flags);

    [LibraryImport("libc", EntryPoint = "inotify_add_watch", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Add(int notices, string directory, uint changes);

    [LibraryImport("libc", EntryPoint = "read")]
    private static partial nint Read(int notices, byte* events, nuint size);
}
