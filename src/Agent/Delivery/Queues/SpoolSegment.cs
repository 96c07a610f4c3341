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

    /// <summary>On the clock of the options, ms.</summary>
    internal required long BegunAt { get; init; }

    /// <summary>When it was last written to, ms.</summary>
    internal long WrittenAt { get; set; }

    internal static SpoolSegment Create(SpoolOptions options, long firstSpan)
    {
        var name = firstSpan.ToString("d20", CultureInfo.InvariantCulture) + Extension;
        return new SpoolSegment(System.IO.Path.Combine(options.Directory, name), firstSpan) { BegunAt = options.Now, WrittenAt = options.Now };
    }

    /// <summary>Those of a directory, in order, as far as their names and lengths tell; each ends where the next begins.</summary>
    internal static List<SpoolSegment> Find(SpoolOptions options)
    {
        var found = new List<SpoolSegment>();
        foreach (var path in Directory.EnumerateFiles(options.Directory, "*" + Extension).Order(StringComparer.Ordinal))
        {
            if (!long.TryParse(System.IO.Path.GetFileNameWithoutExtension(path), NumberStyles.None, CultureInfo.InvariantCulture, out var first))
            {
                continue;
            }
            // Not in the future, wherever the clock was when the file was written.
            var age = options.Time.GetUtcNow() - File.GetLastWriteTimeUtc(path);
            var written = options.Now - Math.Max(0, (long)age.TotalMilliseconds);
            if (found.Count > 0)
            {
                found[^1].EndSpan = first;
            }
            found.Add(new SpoolSegment(path, first) { Length = new FileInfo(path).Length, BegunAt = written, WrittenAt = written });
        }
        return found;
    }
}
