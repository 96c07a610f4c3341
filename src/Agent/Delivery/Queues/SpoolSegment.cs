// SPDX-License-Identifier: Apache-2.0
using System.Globalization;

namespace Agent.Delivery.Queues;

/// <summary>A file of records, named after its first span. What it says of itself changes under the lock of the spool only.</summary>
internal sealed class SpoolSegment(string path, long firstSpan)
{
    private const string Extension = ".spans";

    internal string Path { get; } = path;

    internal long FirstSpan { get; } = firstSpan;

    /// <summary>Of the last record.</summary>
    internal long EndSpan { get; set; } = firstSpan;

    /// <summary>Bytes of whole records.</summary>
    internal long Length { get; set; }

    /// <summary>When it was last written to, on a clock that nobody sets, ms.</summary>
    internal long WrittenAt { get; set; } = Environment.TickCount64;

    internal static SpoolSegment Create(string directory, long firstSpan) =>
        new(System.IO.Path.Combine(directory, firstSpan.ToString("d20", CultureInfo.InvariantCulture) + Extension), firstSpan);

    /// <summary>Those of a directory, in order, as far as their names and lengths tell; each ends where the next begins.</summary>
    internal static List<SpoolSegment> Find(string directory)
    {
        var found = new List<SpoolSegment>();
        foreach (var path in Directory.EnumerateFiles(directory, "*" + Extension).Order(StringComparer.Ordinal))
        {
            if (!long.TryParse(System.IO.Path.GetFileNameWithoutExtension(path), NumberStyles.None, CultureInfo.InvariantCulture, out var first))
            {
                continue;
            }
            var age = DateTime.UtcNow - File.GetLastWriteTimeUtc(path);
            var written = Environment.TickCount64 - Math.Max(0, (long)age.TotalMilliseconds);
            if (found.Count > 0)
            {
                found[^1].EndSpan = first;
            }
            found.Add(new SpoolSegment(path, first) { Length = new FileInfo(path).Length, WrittenAt = written });
        }
        return found;
    }
}
