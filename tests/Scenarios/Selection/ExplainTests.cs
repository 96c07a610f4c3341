// SPDX-License-Identifier: Apache-2.0
using System.Globalization;
using Scenarios.Harness;

namespace Scenarios.Selection;

/// <summary>What `hilo explain PID` says of real processes.</summary>
public sealed class ExplainTests : Scenario
{
    private const int Port = 8001;

    [Fact]
    public void A_server_is_traced_for_its_port_and_by_name()
    {
        var server = Sandbox.Serve(Programs.Server("python", Port, Sandbox.Folder).Named("shop"), Port);

        var (exitCode, said) = Ask(server.Pid);
        Assert.Equal(0, exitCode);
        Assert.Contains("language python", said, StringComparison.Ordinal);
        Assert.Contains($"cgroup   /{Sandbox.Name}/traced\n", said, StringComparison.Ordinal);
        Assert.Contains($"listens  {Port}\n", said, StringComparison.Ordinal);
        Assert.Contains("traced   yes: it listens, and nothing says which", said, StringComparison.Ordinal);
        Assert.Contains("service  shop\n", said, StringComparison.Ordinal);
        Assert.Matches("tls      can be read in .*libssl", said);

        Assert.Contains("no entry of what to trace fits", Ask(server.Pid, ("OTEL_EBPF_OPEN_PORT", "9000-9999")).Said, StringComparison.Ordinal);
        Assert.Contains("outside of HILO_CGROUP", Ask(server.Pid, ("HILO_CGROUP", Sandbox.Outside.Folder)).Said, StringComparison.Ordinal);
    }

    [Fact]
    public void A_program_of_go_and_what_is_below_a_target()
    {
        var server = Sandbox.Serve(new ProgramStart("/bin/sh", "-c", $"{Build.Go("relay")} serve http1 {Port}; true"), Port);
        var child = int.Parse(File.ReadAllText($"/proc/{server.Pid}/task/{server.Pid}/children").Trim(), CultureInfo.InvariantCulture);

        Assert.Contains("go       its goroutines are followed", Ask(child).Said, StringComparison.Ordinal);
        Assert.Equal(1, Ask(server.Pid).ExitCode);
        var below = Ask(child, ("OTEL_EBPF_AUTO_TARGET_EXE", "*/{sh,dash}"));
        Assert.Equal(0, below.ExitCode);
        Assert.Contains($"it is below process {server.Pid}", below.Said, StringComparison.Ordinal);
    }

    [Fact]
    public void Nobody_is_said_in_one_line()
    {
        var program = Sandbox.StartOutside(new ProgramStart(Repository.Agent, "explain", "4194999"));
        Assert.Equal(1, program.End());
        Assert.Equal("hilo: there is no process 4194999", program.Errors.Trim());
    }

    private (int ExitCode, string Said) Ask(int pid, params (string Name, string Value)[] settings)
    {
        var program = Sandbox.StartOutside(new ProgramStart(Repository.Agent, "explain", pid.ToString(CultureInfo.InvariantCulture))
        {
            Environment = settings.ToDictionary(setting => setting.Name, setting => setting.Value),
        });
        return (program.End(), program.Output);
    }
}
