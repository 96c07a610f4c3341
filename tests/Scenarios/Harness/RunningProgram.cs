// SPDX-License-Identifier: Apache-2.0
using System.Diagnostics;
using System.Text;

namespace Scenarios.Harness;

/// <summary>A real program inside a sandbox, with what it printed.</summary>
internal sealed class RunningProgram : IDisposable
{
    // The shell joins the cgroup before it becomes the program: a socket belongs to the cgroup it was made in.
    private const string Launcher = "echo $$ > \"$1/cgroup.procs\"; namespace=$2; shift 2; exec nsenter --net=\"$namespace\" -- \"$@\"";

    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly StringBuilder _errors = new();
    private readonly string _title;

    /// <summary>Of the program, as it was asked for.</summary>
    public string Path { get; }

    public int Pid => _process.Id;

    public bool HasExited => _process.HasExited;

    public string Output => Read(_output);

    public string Errors => Read(_errors);

    public RunningProgram(Cgroup cgroup, NetworkNamespace network, ProgramStart start)
    {
        Path = start.Command[0];
        _title = string.Join(' ', start.Command);
        var info = new ProcessStartInfo("/bin/sh", ["-c", Launcher, "sh", cgroup.Folder, network.Handle, .. start.Command])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = start.Folder ?? Repository.Services,
        };
        foreach (var name in info.Environment.Keys.Where(IsOurs).ToArray())
        {
            info.Environment.Remove(name);
        }

        foreach (var (name, value) in start.Environment)
        {
            info.Environment[name] = value;
        }

        _process = new Process { StartInfo = info };
        _process.OutputDataReceived += (_, line) => Append(_output, line.Data);
        _process.ErrorDataReceived += (_, line) => Append(_errors, line.Data);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        _ = Feed(start);
    }

    /// <summary>Waits until it ends by itself; anything but exit code 0 fails the test with what it printed.</summary>
    public string Finish(int seconds = 60)
    {
        var exitCode = End(seconds);
        if (exitCode != 0)
        {
            throw new InvalidOperationException($"`{_title}` ended with {exitCode}\n{Transcript}");
        }

        return Output;
    }

    /// <summary>Waits until it ends by itself; returns the exit code.</summary>
    public int End(int seconds = 60)
    {
        if (!_process.WaitForExit(seconds * 1000))
        {
            Native.Signal(Pid, Native.SigKill);
            throw new TimeoutException($"`{_title}` still runs after {seconds} s\n{Transcript}");
        }

        _process.WaitForExit();
        return _process.ExitCode;
    }

    /// <summary>Sends a signal and waits for the end; returns the exit code.</summary>
    public int Stop(int signal, int seconds = 15)
    {
        Native.Signal(Pid, signal);
        if (!_process.WaitForExit(seconds * 1000))
        {
            Native.Signal(Pid, Native.SigKill);
            throw new TimeoutException($"`{_title}` still runs {seconds} s after signal {signal}\n{Transcript}");
        }

        _process.WaitForExit();
        return _process.ExitCode;
    }

    public void WaitFor(Func<bool> condition, string what, int seconds = 20)
    {
        var patience = Stopwatch.StartNew();
        while (!condition())
        {
            if (HasExited)
            {
                throw new InvalidOperationException($"`{_title}` ended with {_process.ExitCode} before {what}\n{Transcript}");
            }

            if (patience.Elapsed.TotalSeconds > seconds)
            {
                throw new TimeoutException($"`{_title}`: no {what} after {seconds} s\n{Transcript}");
            }

            Thread.Sleep(10);
        }
    }

    public string Transcript => $"--- output\n{Output}\n--- errors\n{Errors}";

    public void Dispose() => _process.Dispose();

    private async Task Feed(ProgramStart start)
    {
        try
        {
            if (start.InputAfterMilliseconds > 0)
            {
                await Task.Delay(start.InputAfterMilliseconds);
            }

            await _process.StandardInput.WriteAsync(start.Input);
            _process.StandardInput.Close();
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException or InvalidOperationException)
        {
            // It ended without reading.
        }
    }

    private static bool IsOurs(string name) =>
        name.StartsWith("OTEL_", StringComparison.Ordinal) || name.StartsWith("HILO_", StringComparison.Ordinal)
        || name.Contains("proxy", StringComparison.OrdinalIgnoreCase) || name.StartsWith("DOTNET_", StringComparison.Ordinal);

    private static void Append(StringBuilder text, string? line)
    {
        if (line is null)
        {
            return;
        }

        lock (text)
        {
            text.AppendLine(line);
        }
    }

    private static string Read(StringBuilder text)
    {
        lock (text)
        {
            return text.ToString();
        }
    }
}
