// SPDX-License-Identifier: Apache-2.0
// One archive for a bug report. Of the configuration secrets are left out, as in `hilo config print`; of processes there are paths,
// ports and cgroups, neither arguments nor environments. Whoever sends it can read it first: everything in it is text.
using System.Formats.Tar;
using System.Globalization;
using System.IO.Compression;
using System.Text;
using Agent.Bpf;
using Agent.Config;
using Agent.Diagnostics;
using Agent.Targets;

namespace Agent.Cli;

/// <summary><c>hilo sysdump [FILE]</c>: a tar of texts, gzipped.</summary>
internal sealed class Sysdump(Configuration configuration)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly AgentOptions _options = configuration.Read();

    /// <summary>Writes the archive and returns its path. What cannot be found out says so in its place.</summary>
    internal string Write(string? path)
    {
        path ??= string.Create(CultureInfo.InvariantCulture, $"hilo-sysdump-{DateTime.UtcNow:yyyyMMdd-HHmmss}.tar.gz");
        // Readable for its owner alone: it tells much about a host.
        using var file = new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        });
        using var gzip = new GZipStream(file, CompressionLevel.Optimal);
        using var archive = new TarWriter(gzip);
        Add(archive, "version.txt", () => $"hilo {Usage.Version}\n{Read("/proc/version")}{Read("/etc/os-release")}");
        Add(archive, "configuration.yaml", () => ConfigPrint.Of(configuration.Source));
        Add(archive, "warnings.txt", () => string.Join('\n', configuration.Warnings));
        Add(archive, "doctor.json", Doctor);
        Add(archive, "mounts.txt", Mounts);
        Add(archive, "processes.txt", Processes);
        Add(archive, "metrics.txt", Metrics);
        return path;
    }

    private static void Add(TarWriter archive, string name, Func<string> text)
    {
        string content;
        try
        {
            content = text();
        }
        catch (Exception failure) when (failure is BpfException or InvalidOperationException or IOException or UnauthorizedAccessException or HttpRequestException or TaskCanceledException)
        {
            content = $"not to be had: {failure.Message}\n";
        }
        using var bytes = new MemoryStream(Encoding.UTF8.GetBytes(content));
        archive.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, $"hilo-sysdump/{name}")
        {
            DataStream = bytes,
            Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        });
    }

    private string Doctor()
    {
        using var json = new MemoryStream();
        new Doctor(new ProcFs(), _options.Cgroup, _options).Examine().PrintJson(json);
        return Encoding.UTF8.GetString(json.ToArray());
    }

    private static string Read(string path) => File.Exists(path) ? File.ReadAllText(path) : $"{path}: not there\n";

    private static string Mounts() => string.Join('\n', File.ReadLines("/proc/self/mountinfo")
        .Where(line => line.Contains(" - cgroup", StringComparison.Ordinal) || line.Contains(" - bpf ", StringComparison.Ordinal) ||
            line.Contains(" - tracefs ", StringComparison.Ordinal) || line.Contains(" - securityfs ", StringComparison.Ordinal))) + "\n";

    private string Processes()
    {
        var proc = new ProcFs();
        var tree = CgroupTree.Find(proc, _options.Cgroup);
        var scan = new ProcessScan(proc);
        var text = new StringBuilder("pid parent traced language cgroup ports program\n");
        int[] processes = [.. scan.Processes];
        Array.Sort(processes);
        foreach (var pid in processes)
        {
            if (proc.Executable(pid) is { } program)
            {
                var facts = new ProcessFacts(proc, pid, program);
                var ports = scan.SortedPortsOf(pid);
                var isTraced = tree?.Of(pid) is { } cgroup && tree.Allows(cgroup) && _options.Selector.Choose(facts, ports) is not null;
                text.Append(CultureInfo.InvariantCulture, $"{pid} {scan.ParentOf(pid)} {(isTraced ? "yes" : "no")} {facts.Language} ")
                    .Append(CultureInfo.InvariantCulture, $"{tree?.Of(pid) ?? "-"} {(ports.Count == 0 ? "-" : string.Join(',', ports))} {program}\n");
            }
        }
        return text.ToString();
    }

    // Of the agent that runs with the same configuration, if it tells any.
    private string Metrics()
    {
        if (_options.Metrics.Port == 0)
        {
            return "internal_metrics.prometheus.port is not set: a running agent tells no figures\n";
        }
        using var client = new HttpClient { Timeout = Patience };
        var url = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{_options.Metrics.Port}{_options.Metrics.Path}");
        return client.GetStringAsync(new Uri(url)).GetAwaiter().GetResult();
    }
}
