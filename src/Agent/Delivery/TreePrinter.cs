// SPDX-License-Identifier: Apache-2.0
// Collects spans by trace and draws a trace when it seems finished: its root came and nothing followed for a moment.
// Spans of one trace come from several batches, so the moment is longer than a batch may wait. On a terminal the
// traces that are not finished are shown too, below the finished ones, and drawn over whenever they grow.
using System.Text;
using Agent.Tracing;

namespace Agent.Delivery;

/// <summary>Draws finished traces as trees with time bars; memory is bounded, overflow draws early.</summary>
internal sealed class TreePrinter(Terminal terminal, TimeProvider time) : ISpanPrinter
{
    public const int MaxTraces = 256;
    public const int MaxSpans = 4096;
    private const long QuietMs = 300;
    private const long LimitMs = 2000;

    private readonly Dictionary<UInt128, TraceTree> _pending = [];
    private readonly List<TraceTree> _finished = [];
    private TreeLayout? _layout;
    private int _layoutWidth;
    private int _pendingSpans;
    private int _liveLines;
    private bool _hasChanged;

    public long Shown { get; private set; }

    /// <summary>Traces that were drawn before their time because too much was waiting.</summary>
    public long Overflows { get; private set; }

    public bool IsWaiting => _pending.Count > 0;

    public void Add(scoped in SpanView view, StringBuilder output)
    {
        var span = PrintedSpan.From(view);
        if (!_pending.TryGetValue(span.TraceId, out var trace))
        {
            trace = new TraceTree(span.TraceId, Now());
            _pending.Add(span.TraceId, trace);
        }

        trace.Add(span, Now());
        _pendingSpans++;
        _hasChanged = true;
        if (_pending.Count > MaxTraces || _pendingSpans > MaxSpans)
        {
            Overflows++;
            ClearLive(output);
            Finish(_pending.Values.MinBy(pending => pending.ChangedAt)!, output);
        }
    }

    public void Advance(bool isLast, StringBuilder output)
    {
        foreach (var trace in _pending.Values)
        {
            if (isLast || IsFinished(trace))
            {
                _finished.Add(trace);
            }
        }

        if (_finished.Count > 0)
        {
            ClearLive(output);
            foreach (var trace in _finished.OrderBy(trace => trace.Spans.Min(span => span.Start)))
            {
                Finish(trace, output);
            }

            _finished.Clear();
            _hasChanged = true;
        }

        if (terminal.IsTerminal && _hasChanged)
        {
            ClearLive(output);
            DrawLive(output);
        }

        _hasChanged = false;
    }

    private bool IsFinished(TraceTree trace)
    {
        var quiet = Now() - trace.ChangedAt;
        return trace.RootAt is { } rootAt ? quiet >= QuietMs || Now() - rootAt >= LimitMs : quiet >= LimitMs;
    }

    private void Finish(TraceTree trace, StringBuilder output)
    {
        Layout().Draw(trace, output);
        _pending.Remove(trace.TraceId);
        _pendingSpans -= trace.Spans.Count;
        Shown += trace.Spans.Count;
    }

    /// <summary>The newest unfinished traces that fit on the screen; a line that scrolled away cannot be drawn over.</summary>
    private void DrawLive(StringBuilder output)
    {
        var room = terminal.Height - 1;
        var fitting = new List<TraceTree>();
        foreach (var trace in _pending.Values.OrderByDescending(trace => trace.ChangedAt))
        {
            room -= trace.Spans.Count + 2;
            if (room < 0)
            {
                break;
            }

            fitting.Add(trace);
        }

        foreach (var trace in fitting.OrderBy(trace => trace.Spans.Min(span => span.Start)))
        {
            _liveLines += Layout().Draw(trace, output);
        }
    }

    private void ClearLive(StringBuilder output)
    {
        if (_liveLines > 0)
        {
            output.Append("\e[").Append(_liveLines).Append("A\e[J");
            _liveLines = 0;
        }
    }

    private TreeLayout Layout()
    {
        var width = terminal.Width;
        if (_layout is null || width != _layoutWidth)
        {
            _layout = new TreeLayout(width, terminal.HasColour, time.LocalTimeZone);
            _layoutWidth = width;
        }

        return _layout;
    }

    private long Now() => time.GetTimestamp() / (time.TimestampFrequency / 1000);
}
