// SPDX-License-Identifier: Apache-2.0
// Spans are counted only while somebody looks: reading an encoded span again costs more than writing it did.
using System.Text;
using Agent.Application;
using Agent.Delivery;
using Agent.Tracing;

namespace Agent.Control;

/// <summary>The figures of each service. Written by the event thread, read by the one that answers <c>hilo top</c>.</summary>
/// <param name="clock">Milliseconds.</param>
internal sealed class ServiceActivity(Func<long> clock)
{
    private const int MaxServices = 500;
    private const long PatienceMs = 10_000;

    private readonly Lock _lock = new();
    private LabelTable<ServiceFigures> _services = None();
    private long _watchedUntil = long.MinValue;

    /// <param name="batch">Encoded <c>resource_spans</c>.</param>
    internal void Take(ReadOnlySpan<byte> batch)
    {
        if (!IsWatched)
        {
            return;
        }
        lock (_lock)
        {
            var spans = new SpanReader(batch);
            while (spans.Next())
            {
                var span = spans.Current;
                if (span.Kind is SpanView.Server or SpanView.Client)
                {
                    _services.Find(span.Service).Take(span.Kind == SpanView.Client, span.IsError, span.Duration);
                }
            }
        }
    }

    /// <summary>A line for each, counted since the first time that somebody asked who has asked again every few seconds.</summary>
    internal string Describe()
    {
        var text = new StringBuilder();
        lock (_lock)
        {
            if (!IsWatched)
            {
                _services = None();
            }
            Volatile.Write(ref _watchedUntil, clock() + PatienceMs);
            foreach (var entry in _services.Entries)
            {
                entry.Value.Write(PrintedSpan.Clean(entry.Labels), text);
            }
        }
        return text.ToString();
    }

    private bool IsWatched => clock() < Volatile.Read(ref _watchedUntil);

    private static LabelTable<ServiceFigures> None() => new(MaxServices, "(others)"u8.ToArray(), _ => new ServiceFigures());
}
