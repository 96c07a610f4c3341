// SPDX-License-Identifier: Apache-2.0
// How one trace looks:
//
//   trace 4bf92f3577b34da6a3ce929d0e0e4736  3 services  12.4 ms  10:31:07.123
//     frontend       GET /orders/*          200  12.4 ms  ██████████████████████
//     └─ frontend    → GET api:8080/items   200  10.1 ms   ╺━━━━━━━━━━━━━━━━━━╸
//        └─ api      GET /items             200  9.00 ms    ▐███████████████▌
//
// Columns are as wide as the trace needs. When the screen is too narrow the operation gives way first (it ends
// with …), then the bars go. No line is ever wider than the screen: one that wraps could not be drawn over.
using System.Globalization;
using System.Text;

namespace Agent.Delivery;

/// <summary>Draws a <see cref="TraceTree"/> as lines of text.</summary>
internal sealed class TreeLayout(int width, bool hasColour, TimeZoneInfo zone)
{
    private const int MinOperation = 16;
    private const int MinBar = 10;
    private const int MaxBar = 48;
    private const string Margin = "  ";
    private const string Gap = "  ";

    private static readonly string[] ServiceColours =
        ["\e[36m", "\e[33m", "\e[35m", "\e[32m", "\e[34m", "\e[96m", "\e[93m", "\e[95m"];

    private readonly Dictionary<string, string> _colours = [];

    /// <summary>Appends the trace and returns how many lines it took.</summary>
    public int Draw(TraceTree trace, StringBuilder output)
    {
        var rows = trace.Rows();
        var start = rows.Min(row => row.Span.Start);
        var total = rows.Max(row => row.Span.End) - start;
        var columns = Measure(rows);
        DrawTitle(trace, rows, start, total, output);
        foreach (var (branch, span) in rows)
        {
            var colour = ColourOf(span.Service);
            var label = Pad(branch + span.Service, columns.Service);
            var fork = Math.Min(branch.Length, label.Length);
            output.Append(Margin);
            Paint(output, "\e[2m", label[..fork]);
            Paint(output, colour, label[fork..]);
            output.Append(Gap).Append(Pad(span.Operation, columns.Operation)).Append(Gap);
            Paint(output, span.IsError ? "\e[1;31m" : "\e[2m", Pad(span.Status, columns.Status));
            output.Append(Gap).Append(DurationText.Format(span.Duration).PadLeft(columns.Duration));
            if (columns.Bar > 0)
            {
                output.Append(Gap);
                var bar = TimeBar.Draw(span.Start - start, span.End - start, total, columns.Bar, span.IsClient);
                var blank = bar.Length - bar.TrimStart().Length;
                output.Append(' ', blank);
                Paint(output, span.IsError ? "\e[31m" : colour, bar[blank..]);
            }

            TrimEnd(output);
            output.Append('\n');
        }

        output.Append('\n');
        return rows.Count + 2;
    }

    private void DrawTitle(TraceTree trace, List<TreeRow> rows, ulong start, ulong total, StringBuilder output)
    {
        var services = rows.Select(row => row.Span.Service).Distinct().Count();
        var first = rows.First(row => row.Span.Start == start).Span;
        var errors = rows.Count(row => row.Span.IsError);
        (string Colour, string Text)[] parts =
        [
            ("\e[2m", "trace "),
            ("\e[1m", trace.TraceId.ToString("x32", CultureInfo.InvariantCulture)),
            ("\e[2m", $"{Gap}{Count(services, "service")}"),
            ("\e[2m", $"{Gap}{Count(rows.Count, "span")}"),
            ("\e[1m", Gap + DurationText.Format(total)),
            ("\e[2m", Gap + first.StartTime(zone)),
            ("\e[1;31m", errors == 0 ? "" : $"{Gap}{Count(errors, "error")}"),
        ];
        var room = width;
        foreach (var (colour, text) in parts)
        {
            room -= text.Length;
            Paint(output, colour, room < 0 ? "" : text);
        }

        output.Append('\n');
    }

    private Columns Measure(List<TreeRow> rows)
    {
        var service = Math.Min(rows.Max(row => row.Branch.Length + row.Span.Service.Length), width / 2);
        var status = rows.Max(row => row.Span.Status.Length);
        var duration = rows.Max(row => DurationText.Format(row.Span.Duration).Length);
        var operation = rows.Max(row => row.Span.Operation.Length);
        var rest = width - Margin.Length - service - status - duration - (3 * Gap.Length);
        var bar = Math.Min(MaxBar, rest - operation - Gap.Length);
        if (bar < MinBar)
        {
            operation = Math.Min(operation, Math.Max(MinOperation, rest - MinBar - Gap.Length));
            bar = rest - operation - Gap.Length;
        }

        return bar < MinBar
            ? new Columns(service, Math.Max(1, Math.Min(rest, rows.Max(row => row.Span.Operation.Length))), status, duration, 0)
            : new Columns(service, operation, status, duration, bar);
    }

    private string ColourOf(string service)
    {
        if (!_colours.TryGetValue(service, out var colour))
        {
            colour = ServiceColours[_colours.Count % ServiceColours.Length];
            if (_colours.Count < 1024)
            {
                _colours.Add(service, colour);
            }
        }

        return colour;
    }

    private void Paint(StringBuilder output, string colour, string text)
    {
        if (hasColour && text.Length > 0)
        {
            output.Append(colour).Append(text).Append("\e[0m");
        }
        else
        {
            output.Append(text);
        }
    }

    private static string Count(int number, string noun) => $"{number} {noun}{(number == 1 ? "" : "s")}";

    private static string Pad(string text, int size) =>
        text.Length <= size ? text.PadRight(size) : $"{text[..Math.Max(0, size - 1)]}…";

    private static void TrimEnd(StringBuilder output)
    {
        while (output.Length > 0 && output[^1] == ' ')
        {
            output.Length--;
        }
    }

    private readonly record struct Columns(int Service, int Operation, int Status, int Duration, int Bar);
}
