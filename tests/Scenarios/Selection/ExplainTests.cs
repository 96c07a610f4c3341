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
        Assert.EndsWith("agent    none runs in this network namespace: what it did last is not known\n", said, StringComparison.Ordinal);

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
    public void What_it_did_last_is_told_by_the_agent_that_saw_it()
    {
        var server = Sandbox.Serve(Programs.Server("python", Port, Sandbox.Folder).Named("shop"), Port);
        var other = Sandbox.Serve(Programs.Server("node", Port + 1, Sandbox.Folder), Port + 1);
        using var agent = new Agent(Sandbox);
        var next = Uri.EscapeDataString($"http://127.0.0.1:{Port + 1}/headers");
        Load.Run(Sandbox.Network, 1, 20, i => new HttpRequestMessage(HttpMethod.Get, $"http://127.0.0.1:{Port}/hop?id={i}&next={next}"), (_, _) => { });
        agent.Receiver.WaitFor(spans => spans.Count == 60);

        var lines = Last(server.Pid);
        Assert.Equal(10, lines.Length);
        Assert.All(lines.Where((_, i) => i % 2 == 1), line => Assert.Matches($"^last     [0-9:.]+ server GET /hop  200  [0-9.]+ .s  trace [0-9a-f]{{32}}$", line));
        Assert.All(lines.Where((_, i) => i % 2 == 0), line => Assert.Matches(
            $"^last     [0-9:.]+ client → GET 127.0.0.1:{Port + 1}/headers  200  [0-9.]+ .s  parent by thread  header injected  trace [0-9a-f]{{32}}$", line));
        Assert.All(Last(other.Pid), line => Assert.Contains(" server GET /headers  200  ", line, StringComparison.Ordinal));
        Assert.Contains("last     nothing that was seen", Ask(agent.Program.Pid).Said, StringComparison.Ordinal);
        agent.Finish();
    }

    [Fact]
    public void Nobody_is_said_in_one_line()
    {
        var program = Sandbox.StartOutside(new ProgramStart(Repository.Agent, "explain", "4194999"));
        Assert.Equal(1, program.End());
        Assert.Equal("hilo: there is no process 4194999", program.Errors.Trim());
    }

    private string[] Last(int pid) => [.. Ask(pid).Said.Split('\n').Where(line => line.StartsWith("last ", StringComparison.Ordinal))];

    private (int ExitCode, string Said) Ask(int pid, params (string Name, string Value)[] settings)
    {
        var program = Sandbox.StartOutside(new ProgramStart(Repository.Agent, "explain", pid.ToString(CultureInfo.InvariantCulture))
        {
            Environment = settings.ToDictionary(setting => setting.Name, setting => setting.Value),
        });
        return (program.End(), program.Output);
    }
}
