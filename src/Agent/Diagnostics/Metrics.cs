// SPDX-License-Identifier: Apache-2.0
namespace Agent.Diagnostics;

/// <summary>Everything that Hilo says of itself, as metrics. Read when somebody asks.</summary>
/// <param name="parts">What there is besides the process itself, in this order.</param>
internal sealed class Metrics(string version, params Action<MetricsText>[] parts)
{
    private readonly double _started = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() / 1000.0;

    internal string Describe()
    {
        var text = new MetricsText();
        text.Gauge("hilo_build_info", "Always 1.").Value("version", version, 1);
        foreach (var part in parts)
        {
            part(text);
        }
        DescribeProcess(text);
        return text.ToString();
    }

    private void DescribeProcess(MetricsText text)
    {
        text.Counter("process_cpu_seconds_total", "CPU time of the process.").Value(Environment.CpuUsage.TotalTime.TotalSeconds);
        text.Gauge("process_resident_memory_bytes", "Memory of the process.").Value(Environment.WorkingSet);
        text.Gauge("process_open_fds", "Open files of the process.").Value(Directory.EnumerateFileSystemEntries("/proc/self/fd").Count());
        text.Gauge("process_start_time_seconds", "When it started, since 1970.").Value(_started);
    }
}
