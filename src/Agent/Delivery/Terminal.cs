// SPDX-License-Identifier: Apache-2.0
namespace Agent.Delivery;

/// <summary>What standard output can show. Not a terminal: no colours, nothing drawn over, a fixed width.</summary>
internal sealed class Terminal(bool isTerminal, bool hasColour, Func<(int Width, int Height)> size)
{
    private const int PlainWidth = 120;
    private const int PlainHeight = 25;
    private const int StandardOutput = 1;

    public bool IsTerminal => isTerminal;

    public bool HasColour => hasColour;

    /// <summary>One cell less than the screen has: a full last column makes some terminals wrap.</summary>
    public int Width => Math.Max(20, size().Width - 1);

    public int Height => size().Height;

    /// <summary>Standard output of this process; NO_COLOR is honoured.</summary>
    public static Terminal Open()
    {
        var kind = Environment.GetEnvironmentVariable("TERM");
        var isTerminal = !Console.IsOutputRedirected && kind is not (null or "" or "dumb");
        var hasColour = isTerminal && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));
        return isTerminal
            ? new Terminal(true, hasColour, static () => WindowSize.Of(StandardOutput, (PlainWidth, PlainHeight)))
            : new Terminal(false, false, static () => (PlainWidth + 1, PlainHeight));
    }
}
