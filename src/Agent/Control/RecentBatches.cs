// SPDX-License-Identifier: Apache-2.0
using System.Globalization;
using System.Text;
using Agent.Delivery;
using Agent.Tracing;

namespace Agent.Control;

/// <summary>
/// The spans that were sealed last, in so much memory, for whoever asks what a process did. Given by the event thread, read by the one
/// that answers <c>hilo explain</c>.
/// </summary>
internal sealed class RecentBatches
{
    private const int MaxBytes = 128 << 10;
    private const int MaxLines = 10;

    private readonly Lock _lock = new();
    private readonly Queue<SpanBatch> _batches = new();
    private int _bytes;

    internal void Take(SpanBatch batch)
    {
        lock (_lock)
        {
            batch.AddReference();
            _batches.Enqueue(batch);
            _bytes += batch.Capacity;
            while (_bytes > MaxBytes && _batches.TryDequeue(out var oldest))
            {
                _bytes -= oldest.Capacity;
                oldest.Release();
            }
        }
    }

    /// <summary>A line for each of the newest of one process, the newest last.</summary>
    internal string Describe(int pid)
    {
        var lines = new List<(ulong End, string Text)>();
        foreach (var batch in Borrow())
        {
            var spans = new SpanReader(batch.Encoded.Span);
            while (spans.Next())
            {
                if (spans.ProcessId == pid)
                {
                    lines.Add((spans.Current.End, Line(spans.Current)));
                }
            }
            batch.Release();
        }
        lines.Sort((a, b) => a.End.CompareTo(b.End));
        var text = new StringBuilder();
        foreach (var line in lines[Math.Max(0, lines.Count - MaxLines)..])
        {
            text.Append(line.Text).Append('\n');
        }
        return text.ToString();
    }

    private SpanBatch[] Borrow()
    {
        lock (_lock)
        {
            foreach (var batch in _batches)
            {
                batch.AddReference();
            }
            return [.. _batches];
        }
    }

    private static string Line(scoped in SpanView view)
    {
        var span = PrintedSpan.From(view);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{span.StartTime(TimeZoneInfo.Local)} {(span.IsClient ? "client" : "server")} {span.Operation}  {span.Status}  "
            + $"{DurationText.Format(span.Duration)}  {How(view)}trace {span.TraceId:x32}");
    }

    /// <summary>How its parent is known, and what became of its own header.</summary>
    private static string How(scoped in SpanView span)
    {
        var text = new StringBuilder();
        var attributes = span.Attributes();
        while (attributes.Next())
        {
            if (attributes.Key.SequenceEqual(AttributeKeys.HiloLink))
            {
                text.Append(CultureInfo.InvariantCulture, $"parent by {PrintedSpan.Clean(attributes.Text)}  ");
            }
            else if (attributes.Key.SequenceEqual(AttributeKeys.HiloPropagation))
            {
                text.Append(CultureInfo.InvariantCulture, $"header {PrintedSpan.Clean(attributes.Text)}  ");
            }
        }
        return text.ToString();
    }
}
