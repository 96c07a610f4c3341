// SPDX-License-Identifier: Apache-2.0
using Agent.Bpf;

namespace Agent.Propagation;

/// <summary>A file that is held open, by nothing that would stop it from being replaced or removed.</summary>
internal sealed class IoctlFile(int fd, FileIdentity identity, IoctlFiles.Facts facts)
{
    private int _fd = fd;

    internal FileIdentity Identity { get; } = identity;

    internal IoctlFiles.Facts Facts { get; } = facts;

    /// <summary>How many have found it and not released it.</summary>
    internal int Users { get; set; }

    internal bool IsOpen => _fd >= 0;

    /// <summary>A path that lasts as long as it is open.</summary>
    internal string Path => PathOf(_fd);

    internal static string PathOf(int fd) => $"/proc/self/fd/{fd}";

    internal void Close()
    {
        _ = LibC.Close(_fd);
        _fd = -1;
    }
}
