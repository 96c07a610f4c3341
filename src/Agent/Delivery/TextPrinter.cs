// SPDX-License-Identifier: Apache-2.0
using System.Globalization;
using System.Text;
using Agent.Tracing;

namespace Agent.Delivery;

/// <summary>One line per span, in the order in which they end.</summary>
internal sealed class TextPrinter(TimeZoneInfo zone) : ISpanPrinter
{
    public long Shown { get; private set; }

    public bool IsWaiting => false;

    public void Add(scoped in SpanView view, StringBuilder output)
    {
        var span = PrintedSpan.From(view);
        output.Append(
            CultureInfo.InvariantCulture,
            $"{span.StartTime(zone)} {(span.IsClient ? "client" : "server")} {span.Service,-12} {span.Operation,-36} "
            + $"{span.Status,3} {DurationText.Format(span.Duration),8}");
        output.Append(
            CultureInfo.InvariantCulture, $"  trace={span.TraceId:x32} span={span.SpanId:x16} parent={span.ParentId:x16}");
        output.Append('\n');
        Shown++;
    }

    public void Advance(bool isLast, StringBuilder output)
    {
    }
}
