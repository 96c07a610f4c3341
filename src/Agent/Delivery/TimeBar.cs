// SPDX-License-Identifier: Apache-2.0
using System.Text;

namespace Agent.Delivery;

/// <summary>
/// A stretch of time as a bar, to half a cell. Servers are blocks, clients are lines: work and waiting can be told
/// apart without colours.
/// </summary>
internal static class TimeBar
{
    private static readonly Shape Block = new('█', '▌', '▐');
    private static readonly Shape Line = new('━', '╸', '╺');

    /// <summary>Draws <c>[start, end)</c> of a total of <paramref name="total"/> into <paramref name="width"/> cells.</summary>
    public static string Draw(ulong start, ulong end, ulong total, int width, bool isClient)
    {
        var shape = isClient ? Line : Block;
        var halves = width * 2;
        var first = Math.Min(Scale(start, total, halves), halves - 1);
        var last = Math.Clamp(Scale(end, total, halves), first + 1, halves);
        var bar = new StringBuilder(width);
        for (var cell = 0; cell * 2 < last; cell++)
        {
            var hasLeft = cell * 2 >= first;
            var hasRight = (cell * 2) + 1 >= first && (cell * 2) + 1 < last;
            bar.Append((hasLeft, hasRight) switch
            {
                (true, true) => shape.Full,
                (true, false) => shape.Left,
                (false, true) => shape.Right,
                _ => ' ',
            });
        }

        return bar.ToString();
    }

    private static int Scale(ulong value, ulong total, int halves) =>
        total == 0 ? 0 : (int)Math.Round((double)value / total * halves);

    private readonly record struct Shape(char Full, char Left, char Right);
}
