// SPDX-License-Identifier: Apache-2.0
using Agent.Bpf;

namespace Agent.Delivery.Queues;

/// <summary>A folder that a power cut does not take along with what is in it.</summary>
internal static class DurableFolder
{
    /// <summary>
    /// Makes it, and those it is in, unless it is there; throws <see cref="IOException"/> or <see cref="UnauthorizedAccessException"/>.
    /// Others may not read it: what requests said will stand in there.
    /// </summary>
    internal static void Make(string path)
    {
        if (!Directory.Exists(path))
        {
            var parent = Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(path)))!;
            Make(parent);
            Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            LibC.SyncDirectory(parent);
        }
    }
}
