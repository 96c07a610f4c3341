// SPDX-License-Identifier: Apache-2.0
using System.Globalization;

namespace Scenarios.Harness;

/// <summary>A program in a terminal of a known size, as somebody sees it who sits in front of it.</summary>
internal sealed class Screen : IDisposable
{
    private readonly Sandbox _sandbox;
    private readonly string _socket;

    public Screen(Sandbox sandbox, int columns, int rows, ProgramStart start)
    {
        _sandbox = sandbox;
        _socket = sandbox.PathOf("tmux");
        Tmux(
        [
            "new-session", "-d", "-x", Text(columns), "-y", Text(rows),
            .. start.Environment.SelectMany(variable => new[] { "-e", $"{variable.Key}={variable.Value}" }),
            "--", .. start.Command,
        ]);
        Tmux(["set-option", "-g", "remain-on-exit", "on"]);
    }

    /// <summary>What is on it now, without colours.</summary>
    public string Look() => string.Join('\n', Tmux(["capture-pane", "-p"]).Split('\n').Select(line => line.TrimEnd())).TrimEnd();

    /// <summary>Looks until something is there.</summary>
    public string WaitFor(Func<string, bool> isThere, int seconds = 20)
    {
        for (var until = Environment.TickCount64 + (seconds * 1000); ; Thread.Sleep(100))
        {
            var seen = Look();
            if (isThere(seen))
            {
                return seen;
            }
            Assert.True(Environment.TickCount64 < until, $"not seen within {seconds} s:\n{seen}");
        }
    }

    public void Press(string key) => Tmux(["send-keys", key]);

    public void Dispose() => Tmux(["kill-server"]);

    private string Tmux(string[] arguments) => _sandbox.StartOutside(
        new ProgramStart(["tmux", "-S", _socket, "-f", "/dev/null", .. arguments]) { Environment = { ["LC_ALL"] = "C.UTF-8", ["TERM"] = "xterm" } }).Finish();

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
