// SPDX-License-Identifier: Apache-2.0
using Scenarios.Harness;

namespace Scenarios.Lifecycle;

/// <summary>The archive for a bug report: what is in it, and what is not.</summary>
public sealed class SysdumpTests : Scenario
{
    private const int Port = 8001;
    private const int MetricsPort = 9464;
    private const string Secret = "0p3n-s3same";

    [Fact]
    public void Holds_what_helps_and_no_secret()
    {
        var server = Programs.Server("python", Port, Sandbox.Folder);
        server.Environment["WEB_PASSWORD"] = Secret;
        Sandbox.Serve(server, Port);
        using var agent = new Agent(Sandbox, ("OTEL_EBPF_INTERNAL_METRICS_PROMETHEUS_PORT", $"{MetricsPort}"));
        var path = Sandbox.PathOf("dump.tar.gz");
        var said = Dump(path).Finish();
        agent.Finish();

        Assert.Equal(path, said.Trim());
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        Sandbox.StartOutside(new ProgramStart("tar", "--extract", "--file", path, "--directory", Sandbox.Folder)).Finish();
        var texts = Directory.GetFiles(Sandbox.PathOf("hilo-sysdump")).ToDictionary(file => Path.GetFileName(file), File.ReadAllText);
        Assert.Equal(
            ["configuration.yaml", "doctor.json", "metrics.txt", "mounts.txt", "processes.txt", "version.txt", "warnings.txt"], texts.Keys.Order(StringComparer.Ordinal));
        Assert.Contains("Linux version", texts["version.txt"], StringComparison.Ordinal);
        Assert.Contains("\"usable\": true", texts["doctor.json"], StringComparison.Ordinal);
        Assert.Contains("cgroup2", texts["mounts.txt"], StringComparison.Ordinal);
        Assert.Matches($"yes python /{Sandbox.Name}/traced {Port} /usr/bin/python3", texts["processes.txt"]);
        Assert.Contains("hilo_spans_seen_total", texts["metrics.txt"], StringComparison.Ordinal);
        Assert.Contains("headers", texts["configuration.yaml"], StringComparison.Ordinal);
        Assert.All(texts.Values, text => Assert.DoesNotContain(Secret, text, StringComparison.Ordinal));
    }

    [Fact]
    public void Replaces_no_file()
    {
        var path = Sandbox.PathOf("there");
        File.WriteAllText(path, "mine");
        var program = Dump(path);

        Assert.Equal(1, program.End());
        Assert.Single(program.Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal("mine", File.ReadAllText(path));
    }

    private RunningProgram Dump(string path) => Sandbox.StartOutside(new ProgramStart(Repository.Agent, "sysdump", path)
    {
        Environment =
        {
            ["HILO_CGROUP"] = Sandbox.Traced.Folder,
            ["OTEL_EBPF_INTERNAL_METRICS_PROMETHEUS_PORT"] = $"{MetricsPort}",
            ["OTEL_EXPORTER_OTLP_HEADERS"] = $"authorization=Bearer%20{Secret}",
        },
    });
}
