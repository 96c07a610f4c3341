// SPDX-License-Identifier: Apache-2.0
using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text;

namespace Agent.Tests.Delivery.Exporters;

/// <summary>A real program that exports go to or through; it ends with the test.</summary>
internal sealed class ServerProgram : IDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _printed = new();

    public ServerProgram(params string[] command)
    {
        _process = new Process
        {
            StartInfo = new ProcessStartInfo(command[0], command[1..]) { RedirectStandardOutput = true, RedirectStandardError = true },
        };
        _process.OutputDataReceived += (_, line) => Add(line.Data);
        _process.ErrorDataReceived += (_, line) => Add(line.Data);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public string Printed
    {
        get
        {
            lock (_printed)
            {
                return _printed.ToString();
            }
        }
    }

    public static string File(string name, [CallerFilePath] string self = "") =>
        Path.Combine(Path.GetDirectoryName(self)!, "Servers", name);

    public static void Run(params string[] command)
    {
        using var program = new ServerProgram(command);
        program._process.WaitForExit();
        Assert.True(program._process.ExitCode == 0, program.Printed);
    }

    public void WaitForEnd()
    {
        Assert.True(_process.WaitForExit(60_000), Printed);
        _process.WaitForExit(); // for all that it printed
    }

    public void WaitFor(Func<bool> condition)
    {
        var patience = Stopwatch.StartNew();
        while (!condition())
        {
            Assert.False(_process.HasExited, Printed);
            Assert.True(patience.Elapsed.TotalSeconds < 30, Printed);
            Thread.Sleep(10);
        }
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            _process.WaitForExit();
        }

        _process.Dispose();
    }

    private void Add(string? line)
    {
        lock (_printed)
        {
            _printed.AppendLine(line);
        }
    }
}
