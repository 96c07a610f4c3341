// SPDX-License-Identifier: Apache-2.0
using System.Globalization;
using Agent.Bpf;

namespace Agent.Delivery.Queues;

/// <summary>
/// What no receiver will ever take: a file for each request, in a folder that never keeps more than a hundred. By any thread.
/// The queue forgets what is in there, so it returns when the disk has it.
/// </summary>
internal sealed class RefusedFiles(string folder, Action<string> log)
{
    private const int Most = 100;

    private readonly Lock _gate = new();
    private long _number;
    private string? _trouble;

    /// <summary>Back to back: protobuf messages concatenate. False: the disk does not take it.</summary>
    internal bool TryAdd(IReadOnlyList<ReadOnlyMemory<byte>> parts) => TryAdd(string.Create(
        CultureInfo.InvariantCulture, $"{DateTime.UtcNow:yyyyMMdd'T'HHmmss}-{Environment.ProcessId}-{Interlocked.Increment(ref _number)}.otlp"), parts);

    /// <summary>What has the same name is the same, and is written again.</summary>
    internal bool TryAdd(string name, IReadOnlyList<ReadOnlyMemory<byte>> parts)
    {
        lock (_gate)
        {
            try
            {
                DurableFolder.Make(folder);
                Write(Path.Combine(folder, name), parts);
                LibC.SyncDirectory(folder);
                MakeRoom();
                _trouble = null;
                return true;
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                Complain(error.Message);
                return false;
            }
        }
    }

    private static void Write(string path, IReadOnlyList<ReadOnlyMemory<byte>> parts)
    {
        using var file = File.OpenHandle(path, FileMode.Create, FileAccess.Write);
        RandomAccess.Write(file, parts, 0);
        RandomAccess.FlushToDisk(file);
    }

    // Last: those that make room are not given up for one that does not come.
    private void MakeRoom()
    {
        foreach (var old in new DirectoryInfo(folder).EnumerateFiles().OrderByDescending(file => file.LastWriteTimeUtc).Skip(Most))
        {
            old.Delete();
        }
    }

    // The file is another one each time, the trouble is the same.
    private void Complain(string message)
    {
        var trouble = message.Split(" : '")[0];
        if (trouble != _trouble)
        {
            log($"{folder}: {trouble}; what is set aside is only counted");
        }
        _trouble = trouble;
    }
}
