// SPDX-License-Identifier: Apache-2.0
using Agent.Bpf;
using Agent.Cli;
using Agent.Config;
using Agent.Delivery;
using Agent.Diagnostics;
using Agent.Targets;

const int Failure = 1;
const int Misuse = 2;
try
{
    switch (args)
    {
        case [] or ["run"]:
            var options = EnvironmentReader.Read(Environment.GetEnvironmentVariable);
            Log.Level = options.LogLevel;
            return Run.Execute(options);
        case ["doctor"]:
            KernelLog.Capture();
            var asked = EnvironmentReader.Read(Environment.GetEnvironmentVariable);
            return new Doctor(new ProcFs(), asked.Cgroup, asked).Examine(Console.Out)
                ? 0
                : Failure;
        case ["version" or "--version"]:
            Console.WriteLine($"hilo {Usage.Version}");
            return 0;
        case ["bench-spans", var count] when long.TryParse(count, out var spans) && spans > 0:
            Console.WriteLine(SpanBench.Run(spans));
            return 0;
        case ["bench-queue", var directory, var count] when long.TryParse(count, out var spans) && spans > 0:
            Console.WriteLine(QueueBench.Run(directory, spans));
            return 0;
        case ["help" or "--help" or "-h"]:
            Console.WriteLine(Usage.Text);
            return 0;
        default:
            Log.Always($"no command {string.Join(' ', args)}; see hilo help");
            return Misuse;
    }
}
catch (FormatException unusable)
{
    Log.Always(unusable.Message);
    return Misuse;
}
catch (Exception failure) when (failure is BpfException or InvalidOperationException)
{
    Log.Always(failure.Message);
    return Failure;
}
