// SPDX-License-Identifier: Apache-2.0
using System.Globalization;
using Agent.Bpf;
using Agent.Cli;
using Agent.Config;
using Agent.Control;
using Agent.Delivery;
using Agent.Diagnostics;
using Agent.Targets;

const int Failure = 1;
const int Misuse = 2;
Configuration? configuration = null;
try
{
    var (words, file) = CommandLine.Parse(args);
    switch (words)
    {
        case [] or ["run"]:
            configuration = Configuration.Load(file);
            return Run.Execute(configuration);
        case ["collect"]:
            configuration = Configuration.Load(file);
            return Collect.Execute(configuration);
        case ["forward"]:
            configuration = Configuration.Load(file);
            return Forward.Execute(configuration);
        case ["doctor", .. var manner] when manner is [] or ["--json"]:
            KernelLog.Capture();
            configuration = Configuration.Load(file);
            var asked = configuration.Read();
            var report = new Doctor(new ProcFs(), asked.Cgroup, asked).Examine();
            if (manner is [])
            {
                report.Print(Console.Out);
            }
            else
            {
                using var output = Console.OpenStandardOutput();
                report.PrintJson(output);
            }
            return report.IsUsable ? 0 : Failure;
        case ["explain", var number] when int.TryParse(number, out var pid) && pid > 0:
            configuration = Configuration.Load(file);
            var chosen = configuration.Read();
            var files = new ProcFs();
            return new Explain(files, CgroupTree.Find(files, chosen.Cgroup), chosen.Selector, Console.Out).Execute(pid);
        case ["top", .. var which] when which is [] || (which is [var number] && int.TryParse(number, out _)):
            return new Top(ControlSocket.Choose(which is [] ? null : int.Parse(which[0], CultureInfo.InvariantCulture)), Terminal.Open(), Console.Out).Execute();
        case ["sysdump", .. var target] when target.Length <= 1:
            KernelLog.Capture();
            configuration = Configuration.Load(file);
            Console.WriteLine(new Sysdump(configuration).Write(target.FirstOrDefault()));
            return 0;
        case ["config", .. var arguments]:
            return ConfigCommand.Execute(arguments, file);
        case ["version" or "--version"]:
            Console.WriteLine($"hilo {Usage.Version}");
            return 0;
        case ["bench-spans", var count] when long.TryParse(count, out var spans) && spans > 0:
            Console.WriteLine(SpanBench.Run(spans));
            return 0;
        case ["bench-spans", var count, "metrics"] when long.TryParse(count, out var spans) && spans > 0:
            Console.WriteLine(SpanBench.Run(spans, measuresRequests: true));
            return 0;
        case ["bench-queue", var directory, var count, .. var topic] when long.TryParse(count, out var spans) && spans > 0:
            Console.WriteLine(QueueBench.Run(directory, spans, topic.FirstOrDefault()));
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
    foreach (var line in configuration?.Source.Explain(unusable) ?? (unusable as ConfigFileException)?.Problems ?? [unusable.Message])
    {
        Log.Always(line);
    }
    return Misuse;
}
catch (Exception failure) when (failure is BpfException or InvalidOperationException or IOException or UnauthorizedAccessException)
{
    Log.Always(failure.Message);
    return Failure;
}
