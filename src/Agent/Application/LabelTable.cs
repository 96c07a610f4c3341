// SPDX-License-Identifier: Apache-2.0
// Looking up costs no allocation, because the key is borrowed; only a key that is new is copied. That is bounded: whatever comes
// beyond it shares one value, as in the SDKs of OpenTelemetry.
using System.Diagnostics.CodeAnalysis;

namespace Agent.Application;

/// <summary>Values by a text, a bounded number of them.</summary>
/// <param name="overflow">What the value is called that all share who find no room.</param>
/// <param name="make">Makes a value for a text.</param>
internal sealed class LabelTable<T>(int limit, ReadOnlyMemory<byte> overflow, Func<byte[], T> make) where T : class
{
    private readonly Dictionary<int, Entry> _byHash = [];
    private readonly List<Entry> _entries = [];
    private Entry? _overflow;

    /// <summary>In the order in which they came; the shared one is the last.</summary>
    internal IReadOnlyList<Entry> Entries => _entries;

    internal T Find(ReadOnlySpan<byte> labels)
    {
        var sum = new HashCode();
        sum.AddBytes(labels);
        var hash = sum.ToHashCode();
        _byHash.TryGetValue(hash, out var first);
        for (var entry = first; entry is not null; entry = entry.Next)
        {
            if (labels.SequenceEqual(entry.Labels))
            {
                return entry.Value;
            }
        }
        return TryAdd(labels, hash, first, out var value) ? value : (_overflow ??= Add(overflow.ToArray(), null)).Value;
    }

    private bool TryAdd(ReadOnlySpan<byte> labels, int hash, Entry? next, [NotNullWhen(true)] out T? value)
    {
        value = null;
        if (_entries.Count >= limit)
        {
            return false;
        }
        var entry = Add(labels.ToArray(), next);
        _byHash[hash] = entry;
        value = entry.Value;
        return true;
    }

    private Entry Add(byte[] labels, Entry? next)
    {
        var entry = new Entry(labels, make(labels), next);
        _entries.Add(entry);
        return entry;
    }

    /// <param name="Next">Another one with the same hash.</param>
    internal sealed record Entry(byte[] Labels, T Value, Entry? Next);
}
