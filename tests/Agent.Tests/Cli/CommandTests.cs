// SPDX-License-Identifier: Apache-2.0
using System.Diagnostics;
using Agent.Cli;

namespace Agent.Tests.Cli;

/// <summary>The program as a user starts it, without anything that needs rights.</summary>
public class CommandTests
{
    [Fact]
    public void Version_is_one_line() => Assert.Equal((0, $"hilo {Usage.Version}\n", ""), Start("version"));

    [Fact]
    public void Help_goes_to_stdout_and_names_every_variable()
    {
        var (status, output, _) = Start("help");
        Assert.Equal(0, status);
        foreach (var name in (string[])
            ["OTEL_EBPF_OPEN_PORT", "OTEL_EBPF_AUTO_TARGET_EXE", "OTEL_EBPF_TARGET_PID", "HILO_CGROUP",
                "OTEL_EBPF_BPF_CONTEXT_PROPAGATION", "OTEL_TRACES_SAMPLER", "OTEL_EXPORTER_OTLP_ENDPOINT",
                "OTEL_EBPF_TRACE_PRINTER", "OTEL_LOG_LEVEL"])
        {
            Assert.Contains(name, output, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_command_that_is_none_is_misuse()
    {
        var (status, output, errors) = Start("dance now");
        Assert.Equal((2, ""), (status, output));
        Assert.Equal("hilo: no command dance now; see hilo help\n", errors);
    }

    [Theory]
    [InlineData("OTEL_EBPF_OPEN_PORT", "http")]
    [InlineData("OTEL_TRACES_SAMPLER", "sometimes")]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT", "localhost")]
    [InlineData("HILO_CGROUP", "/no/such/cgroup")]
    public void A_bad_setting_is_one_line_and_nothing_starts(string name, string value)
    {
        var (status, output, errors) = Start("run", (name, value));
        Assert.Equal((2, ""), (status, output));
        Assert.StartsWith("hilo: ", errors, StringComparison.Ordinal);
        Assert.Contains(name, errors, StringComparison.Ordinal);
        Assert.Equal(errors.Length - 1, errors.IndexOf('\n', StringComparison.Ordinal));
    }

    private static (int Status, string Output, string Errors) Start(
        string arguments, params (string Name, string Value)[] environment)
    {
        var assembly = Path.Combine(AppContext.BaseDirectory, "hilo.dll");
        var start = new ProcessStartInfo("dotnet", $"{assembly} {arguments}")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }
        using var program = Process.Start(start)!;
        var errors = program.StandardError.ReadToEndAsync();
        var output = program.StandardOutput.ReadToEnd();
        program.WaitForExit();
        return (program.ExitCode, output, errors.Result);
    }
}
