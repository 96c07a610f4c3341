// SPDX-License-Identifier: Apache-2.0
namespace Agent.Delivery;

/// <summary>The spans of one trace that arrived so far, and their order as a tree.</summary>
internal sealed class TraceTree(UInt128 traceId, long now)
{
    private readonly List<PrintedSpan> _spans = [];

    public UInt128 TraceId => traceId;

    public IReadOnlyList<PrintedSpan> Spans => _spans;

    /// <summary>When the last span came, on the clock of the printer.</summary>
    public long ChangedAt { get; private set; } = now;

    /// <summary>When the root came; null while it has not.</summary>
    public long? RootAt { get; private set; }

    public void Add(PrintedSpan span, long at)
    {
        _spans.Add(span);
        ChangedAt = at;
        if (span.ParentId == 0)
        {
            RootAt ??= at;
        }
    }

    /// <summary>
    /// Rows from top to bottom. Spans whose parent is not here (it was sampled away, runs elsewhere, or is late)
    /// stand beside the root. A parent that is its own descendant cannot happen, but bytes are bytes: such spans
    /// are put at the end instead of being walked for ever.
    /// </summary>
    public List<TreeRow> Rows()
    {
        var present = new HashSet<ulong>();
        _spans.ForEach(span => present.Add(span.SpanId));
        var children = _spans.ToLookup(span => present.Contains(span.ParentId) ? span.ParentId : 0);
        var rows = new List<TreeRow>(_spans.Count);
        var placed = new HashSet<PrintedSpan>(ReferenceEqualityComparer.Instance);
        Place(children[0], "", isTop: true);
        Place(_spans.Where(span => !placed.Contains(span)).ToList(), "", isTop: true);
        return rows;

        void Place(IEnumerable<PrintedSpan> siblings, string indent, bool isTop)
        {
            var ordered = siblings.Where(placed.Add).OrderBy(span => span.Start).ThenByDescending(span => span.End).ToList();
            foreach (var span in ordered)
            {
                var isLast = span == ordered[^1];
                rows.Add(new TreeRow(isTop ? "" : indent + (isLast ? "└─ " : "├─ "), span));
                Place(children[span.SpanId], isTop ? "" : indent + (isLast ? "   " : "│  "), isTop: false);
            }
        }
    }
}
