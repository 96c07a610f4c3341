// SPDX-License-Identifier: Apache-2.0
using System.Globalization;

namespace Agent.Delivery.Queues;

/// <summary>What no receiver will ever take: a file each, in a folder that never holds more than a hundred. By any thread.</summary>
internal sealed class RefusedFiles(string folder)
{
    private const int Most = 100;

    private readonly Lock _gate = new();
    private long _number;

    /// <summary>False: the disk does not take it. It is counted anyhow; a full disk need not be said here too.</summary>
    internal bool TryAdd(ReadOnlySpan<byte> bytes) => TryAdd(string.Create(
        CultureInfo.InvariantCulture, $"{DateTime.UtcNow:yyyyMMdd'T'HHmmss}-{Environment.ProcessId}-{Interlocked.Increment(ref _number)}.otlp"), bytes);

    /// <summary>What has the same name is the same, and is written again.</summary>
    internal bool TryAdd(string name, ReadOnlySpan<byte> bytes)
    {
        lock (_gate)
        {
            try
            {
                // What requests said stands in there.
                var all = Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
                foreach (var old in all.EnumerateFiles().OrderByDescending(file => file.LastWriteTimeUtc).Skip(Most - 1))
                {
                    old.Delete();
                }
                File.WriteAllBytes(Path.Combine(folder, name), bytes);
                return true;
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                return false;
            }
        }
    }
}
