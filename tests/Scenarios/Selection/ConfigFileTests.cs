// SPDX-License-Identifier: Apache-2.0
using Scenarios.Harness;

namespace Scenarios.Selection;

/// <summary>The agent run from a file that changes under it.</summary>
public sealed class ConfigFileTests : Scenario
{
    private const int Count = 5;

    [Fact]
    public void A_changed_file_changes_who_is_traced_and_a_broken_one_does_not()
    {
        var file = Sandbox.PathOf("hilo.yml");
        File.WriteAllText(file, Selecting(8001, "first"));
        using var agent = Start(file);
        Ask();
        Assert.Equal(["first"], Services(agent, Count));

        File.WriteAllText(file, "discovery: [");
        Await(agent, "configuration not changed: ");
        Ask();
        Assert.Equal(["first"], Services(agent, 2 * Count));

        File.WriteAllText(file, Selecting(8002, "second") + "cgroup: /elsewhere\nqueue: {bytes: 1000000}\n");
        Await(agent, "configuration read again; needs a restart: queue.bytes");
        Await(agent, "is not traced any more");
        Await(agent, "as second");
        Ask();
        agent.Finish();

        Assert.Equal(["first", "first", "second"], agent.Spans.Select(span => span.Service).Chunk(Count).Select(chunk => Assert.Single(chunk.Distinct())));
    }

    [Fact]
    public void The_link_of_a_mounted_ConfigMap_is_followed_and_SIGHUP_is_heard()
    {
        var mount = Directory.CreateDirectory(Sandbox.PathOf("mount")).FullName;
        Version(mount, "..1", Selecting(8001, "one"));
        File.CreateSymbolicLink($"{mount}/..data", "..1");
        File.CreateSymbolicLink($"{mount}/hilo.yml", "..data/hilo.yml");
        using var agent = Start($"{mount}/hilo.yml");
        Ask();

        Version(mount, "..2", Selecting(8001, "two"));
        File.CreateSymbolicLink($"{mount}/..new", "..2");
        Sandbox.StartOutside(new ProgramStart("mv", "-T", $"{mount}/..new", $"{mount}/..data")).Finish();
        Await(agent, "configuration read again");
        Native.Signal(agent.Program.Pid, Native.SigHup);
        agent.Program.WaitFor(() => agent.Program.Errors.Split("configuration read again").Length == 3, "second reading", 5);
        Thread.Sleep(300);
        Ask();
        agent.Finish();

        Assert.Equal(["one", "two"], agent.Spans.Select(span => span.Service).Chunk(Count).Select(chunk => Assert.Single(chunk.Distinct())));
    }

    [Fact]
    public void Routes_of_one_selector_hold_for_what_it_selects()
    {
        var file = Sandbox.PathOf("hilo.yml");
        File.WriteAllText(file, Selecting(8001, "shop") + """
                  routes: {incoming: ["/{what}"], outgoing: ["/{page}"]}
                - open_ports: 8002
                  name: stock
            """);
        using var agent = Start(file);
        Sandbox.StartOutside(new ProgramStart("curl", "-sS", "--fail", "http://127.0.0.1:8001/hop?next=http://127.0.0.1:8002/headers")).Finish();
        agent.Finish();

        var served = Assert.Single(agent.Spans, span => span is { IsServer: true, Service: "shop" });
        var asked = Assert.Single(agent.Spans, span => span.IsClient);
        var other = Assert.Single(agent.Spans, span => span is { IsServer: true, Service: "stock" });
        Assert.Equal(("GET /{what}", "/{what}"), (served.Name, served.Attributes["http.route"]));
        Assert.Equal(("GET /{page}", "/{page}"), (asked.Name, asked.Attributes["url.template"]));
        Assert.Equal(("GET /headers", "/headers"), (other.Name, other.Attributes["http.route"]));
    }

    /// <summary>What is not sampled where it begins is not sampled further on, whatever is said there.</summary>
    [Fact]
    public void A_sampler_of_one_selector_decides_for_what_begins_there()
    {
        const string shopSampler = "      sampler: {name: parentbased_always_off}\n";
        const string stockSampler = "      sampler: {name: parentbased_always_on}\n";
        var file = Sandbox.PathOf("hilo.yml");
        File.WriteAllText(file, $"{Selecting(8001, "shop")}{shopSampler}    - open_ports: 8002\n      name: stock\n{stockSampler}");
        using var agent = Start(file);
        for (var i = 0; i < Count; i++)
        {
            Get("http://127.0.0.1:8001/hop?next=http://127.0.0.1:8002/headers");
            Get("http://127.0.0.1:8002/headers");
        }
        var ledger = agent.Finish();

        Assert.Equal((Count, 3 * Count), (agent.Spans.Count, ledger.Unsampled));
        Assert.All(agent.Spans, span => Assert.Equal(("stock", true), (span.Service, span.IsRoot)));

        void Get(string url) => Sandbox.StartOutside(new ProgramStart("curl", "-sS", "--fail", url)).Finish();
    }

    private Harness.Agent Start(string file)
    {
        Sandbox.Serve(Programs.Server("python", 8001, Sandbox.Folder), 8001);
        Sandbox.Serve(Programs.Server("python", 8002, Sandbox.Folder), 8002);
        return new Harness.Agent(Sandbox, ("HILO_CONFIG", file), ("OTEL_EBPF_AUTO_TARGET_EXE", null));
    }

    private void Ask()
    {
        foreach (var port in new[] { 8001, 8002 })
        {
            Sandbox.StartOutside(Programs.Client("curl", $"http://127.0.0.1:{port}", Count, 0, "x", Sandbox.Folder)).Finish();
        }
    }

    private static IEnumerable<string> Services(Harness.Agent agent, int count)
    {
        agent.Program.WaitFor(() => agent.Spans.Count >= count, $"{count} spans", 10);
        return agent.Spans.Select(span => span.Service).Distinct();
    }

    private static void Await(Harness.Agent agent, string line) =>
        agent.Program.WaitFor(() => agent.Program.Errors.Contains(line, StringComparison.Ordinal), line, 10);

    private static void Version(string mount, string name, string text)
    {
        Directory.CreateDirectory($"{mount}/{name}");
        File.WriteAllText($"{mount}/{name}/hilo.yml", text);
    }

    private static string Selecting(int port, string name) => $"""
        discovery:
          instrument:
            - open_ports: {port}
              name: {name}

        """;
}
