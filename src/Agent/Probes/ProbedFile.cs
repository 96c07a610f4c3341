// SPDX-License-Identifier: Apache-2.0
using Agent.Bpf;

namespace Agent.Probes;

/// <summary>A file that is held open, by nothing that would stop it from being replaced or removed.</summary>
internal sealed class ProbedFile<TFacts>(int fd, FileIdentity identity, TFacts facts)
    where TFacts : struct
{
    private int _fd = fd;

    internal FileIdentity Identity { get; } = identity;

    /// <summary>What is known of its content.</summary>
    internal TFacts Facts { get; } = facts;

    /// <summary>How many have found it and not released it.</summary>
    internal int Users { get; set; }

    internal bool IsOpen => _fd >= 0;

    /// <summary>A path that lasts as long as it is open.</summary>
    internal string Path => ProbedFiles<TFacts>.PathOf(_fd);

    internal void Close()
    {
        _ = LibC.Close(_fd);
        _fd = -1;
    }
}
