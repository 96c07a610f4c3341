// SPDX-License-Identifier: Apache-2.0
using System.Diagnostics;

namespace Scenarios.Harness;

/// <summary>
/// A systemd of its own: process 1 of a process namespace, on the files of this host, whatever it writes being lost afterwards. It is in
/// the traced cgroup and in the network of the sandbox.
/// </summary>
internal sealed class Systemd
{
    private readonly Sandbox _sandbox;
    private readonly RunningProgram _booting;
    private readonly string _pid;

    public Systemd(Sandbox sandbox)
    {
        _sandbox = sandbox;
        var folder = Directory.CreateDirectory(sandbox.PathOf("systemd")).FullName;
        _booting = sandbox.Start(new ProgramStart(Path.Combine(Repository.Services, "systemd", "boot.sh"), folder));
        _booting.WaitFor(() => Child().Length > 0, "process 1", 10);
        _pid = Child();
        _booting.WaitFor(() => Try("systemctl", "is-system-running") is "running" or "degraded", "systemd", 30);
    }

    /// <summary>The root of its files, from here.</summary>
    public string Root => $"/proc/{_pid}/root";

    /// <summary>Runs a command there; anything but exit code 0 fails the test.</summary>
    public string Run(params string[] command) => Enter(command).Finish().Trim();

    /// <summary>What a command prints, however it ends.</summary>
    public string Try(params string[] command)
    {
        var program = Enter(command);
        program.End();
        return program.Output.Trim();
    }

    /// <summary>One property of a unit.</summary>
    public string Show(string unit, string property) => Run("systemctl", "show", unit, "--property", property, "--value");

    public void WaitFor(Func<bool> condition, string what, int seconds = 20)
    {
        var patience = Stopwatch.StartNew();
        while (!condition())
        {
            Assert.True(patience.Elapsed.TotalSeconds < seconds, $"no {what} after {seconds} s\n{Run("journalctl", "--no-pager", "--lines=50")}");
            Thread.Sleep(100);
        }
    }

    private RunningProgram Enter(string[] command) =>
        _sandbox.StartOutside(new ProgramStart(["nsenter", "--target", _pid, "--all", "--", .. command]));

    private string Child()
    {
        var path = $"/proc/{_booting.Pid}/task/{_booting.Pid}/children";
        return File.Exists(path) ? File.ReadAllText(path).Trim() : "";
    }
}
