// SPDX-License-Identifier: Apache-2.0
namespace Agent.Targets;

/// <summary>Ports as users list them: <c>80,443,8000-8999</c>.</summary>
internal sealed class PortRanges
{
    private readonly List<(ushort First, ushort Last)> _ranges = [];

    internal bool Contains(ushort port)
    {
        foreach (var (first, last) in _ranges)
        {
            if (port >= first && port <= last)
            {
                return true;
            }
        }
        return false;
    }

    internal bool ContainsAny(IEnumerable<ushort> ports) => ports.Any(Contains);

    internal static bool TryParse(string text, out PortRanges ranges)
    {
        ranges = new PortRanges();
        foreach (var part in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var dash = part.IndexOf('-', StringComparison.Ordinal);
            var start = dash < 0 ? part : part[..dash];
            var end = dash < 0 ? part : part[(dash + 1)..];
            if (!TryPort(start, out var first) || !TryPort(end, out var last) || last < first)
            {
                return false;
            }
            ranges._ranges.Add((first, last));
        }
        return ranges._ranges.Count > 0;
    }

    private static bool TryPort(string text, out ushort port) => ushort.TryParse(text.AsSpan().Trim(), out port) && port > 0;
}
