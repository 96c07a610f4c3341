// SPDX-License-Identifier: Apache-2.0
using System.Runtime.InteropServices;
using Agent.Control;
using Agent.Delivery;

namespace Agent.Cli;

/// <summary><c>hilo top</c>: asks an agent that runs, once a second. What is not a terminal gets the first second alone.</summary>
internal sealed class Top(int agent, Terminal terminal, TextWriter output)
{
    private const string Enter = "\e[?1049h\e[?25l"; // a screen of its own, without a cursor
    private const string Leave = "\e[?25h\e[?1049l";
    private const string Home = "\e[H";
    private const string EraseBelow = "\e[J";
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    internal int Execute()
    {
        using var stopped = new ManualResetEventSlim();
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        var earlier = AgentSample.Take(agent);
        Write(terminal.IsTerminal ? Enter + Draw(earlier, earlier) : "");
        try
        {
            while (!stopped.Wait(Interval))
            {
                var now = AgentSample.Take(agent);
                Write(Draw(earlier, now));
                earlier = now;
                if (!terminal.IsTerminal)
                {
                    break;
                }
            }
        }
        finally
        {
            Write(terminal.IsTerminal ? Leave : "");
        }
        return 0;

        void Stop(PosixSignalContext context)
        {
            context.Cancel = true;
            stopped.Set();
        }
    }

    // What is drawn over is erased behind each line, not before all of them: nothing flickers.
    private string Draw(AgentSample earlier, AgentSample now)
    {
        var table = new TopTable(terminal).Draw(agent, earlier, now);
        return terminal.IsTerminal ? Home + table.Replace("\n", "\e[K\n", StringComparison.Ordinal) + EraseBelow : table;
    }

    private void Write(string text)
    {
        output.Write(text);
        output.Flush();
    }
}
