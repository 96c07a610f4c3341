// SPDX-License-Identifier: Apache-2.0
using System.Globalization;
using System.Text.RegularExpressions;
using Scenarios.Harness;

namespace Scenarios.Terminal;

/// <summary>What is on the screen; it stays in out/scenarios as text.</summary>
public sealed class ScreensTests : Scenario
{
    private const int Columns = 120;
    private const int Front = 8001;
    private const int Back = 8002;

    [Fact]
    public void A_trace_is_drawn_as_it_happens()
    {
        Sandbox.Serve(Programs.Server("python", Front, Sandbox.Folder).Named("shop"), Front);
        Sandbox.Serve(Programs.Server("node", Back, Sandbox.Folder).Named("orders"), Back);
        using var screen = new Screen(Sandbox, Columns, 30, Hilo("run"));
        screen.WaitFor(seen => seen.Contains("ready: ", StringComparison.Ordinal));

        Sandbox.StartOutside(new ProgramStart(
            "curl", "--silent", "--fail", $"http://127.0.0.1:{Front}/hop?next={Uri.EscapeDataString($"http://127.0.0.1:{Back}/headers")}")).Finish();
        var seen = screen.WaitFor(seen => seen.Contains("3 spans", StringComparison.Ordinal));

        Keep("run", seen);
        Assert.Matches(@"trace [0-9a-f]{32}  2 services  3 spans", seen);
        Assert.Matches(@"(?m)^  shop +GET /hop +200 .*█", seen);
        Assert.Matches(@"(?m)^  └─ shop +→ GET 127\.0\.0\.1:8002/headers +200 ", seen);
        Assert.Matches(@"(?m)^     └─ orders +GET /headers +200 ", seen);
        Assert.All(seen.Split('\n'), line => Assert.InRange(line.Length, 0, Columns));

        screen.Press("C-c");
        screen.WaitFor(seen => seen.Contains("ledger: seen 3 = exported 3 + dropped 0 + in flight 0", StringComparison.Ordinal));
    }

    [Fact]
    public void What_services_do_is_shown_every_second()
    {
        Sandbox.Serve(Programs.Server("python", Front, Sandbox.Folder).Named("shop"), Front);
        Sandbox.Serve(Programs.Nginx(
            Sandbox.Folder, $"listen {Back}; location /missing {{ return 404; }} location / {{ return 200 ok; }}"), Back);
        using var agent = new Agent(Sandbox);
        using var screen = new Screen(Sandbox, Columns, 24, new ProgramStart(Repository.Agent, "top"));
        screen.WaitFor(seen => seen.Contains("no requests yet", StringComparison.Ordinal));

        using var over = new CancellationTokenSource();
        var load = Task.Run(() => Load.Run(Sandbox.Network, 4, 1_000_000, Make, (_, _) => over.Token.ThrowIfCancellationRequested()), CancellationToken.None);
        var shop = Row("shop");
        var orders = Row("nginx"); // its workers have written over their environment
        var seen = screen.WaitFor(seen => shop.IsMatch(seen) && orders.IsMatch(seen), 30);
        over.Cancel();
        Assert.Throws<AggregateException>(load.Wait);

        Keep("top", seen);
        var front = shop.Match(seen);
        Assert.Matches(@"hilo [0-9.]+, process [0-9]+, up 00:00:[0-9]{2}: 3 processes traced, everything is done, guard watching", seen);
        Assert.Matches(@"cost +[0-9.]+ % of a CPU, [0-9.]+ MB, in the kernel [0-9.]+ of 10 µs a request", seen);
        Assert.Matches(@"spans +[0-9.]+ a second, [0-9]+ exported, 0 dropped", seen);
        // Three of four requests ask the other service, which has nothing to say to one in three of these.
        Assert.InRange(Number(front, "calls") / Number(front, "requests"), 0.6, 0.9);
        Assert.InRange(Number(orders.Match(seen), "requests") / Number(front, "calls"), 0.6, 1.6);
        Assert.InRange(Number(front, "errors"), 15, 50);
        Assert.All(seen.Split('\n'), line => Assert.InRange(line.Length, 0, Columns));

        var once = Sandbox.StartOutside(new ProgramStart(Repository.Agent, "top"));
        Assert.Equal(0, once.End());
        Assert.Matches(@"(?m)^shop +[0-9.]+ ", once.Output);
        Assert.DoesNotContain('\e', once.Output);

        screen.Press("C-c");
        screen.WaitFor(seen => seen.Contains("Pane is dead (status 0", StringComparison.Ordinal));
        agent.Finish();
    }

    [Fact]
    public void Nobody_else_may_ask_an_agent_and_none_is_said()
    {
        var none = Sandbox.StartOutside(new ProgramStart(Repository.Agent, "top"));
        Assert.Equal(1, none.End());
        Assert.StartsWith("hilo: no agent runs in this network namespace", none.Errors, StringComparison.Ordinal);

        using var agent = new Agent(Sandbox);
        var other = Sandbox.StartOutside(new ProgramStart("setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", Repository.Agent, "top"));
        Assert.Equal(1, other.End());
        Assert.Matches(@"^hilo: the agent \(process [0-9]+\) does not answer: HTTP/1\.1 403 Forbidden; ask as root", other.Errors);
        agent.Finish();
    }

    [Fact]
    public void The_doctor_says_what_is_there_and_what_to_do()
    {
        using var screen = new Screen(Sandbox, Columns, 100, Hilo("doctor"));
        var seen = screen.WaitFor(seen => seen.Contains("metrics: ", StringComparison.Ordinal));

        Keep("doctor", seen);
        Assert.Contains("yes  sockets: see requests and responses of a cgroup", seen, StringComparison.Ordinal);
        Assert.Contains("yes  processes have the numbers that the kernel tells", seen, StringComparison.Ordinal);
    }

    private static HttpRequestMessage Make(int i)
    {
        var next = i % 4 == 3 ? "" : $"?next={Uri.EscapeDataString($"http://127.0.0.1:{Back}/{(i % 4 == 2 ? "missing" : "headers")}")}";
        return new HttpRequestMessage(HttpMethod.Get, $"http://127.0.0.1:{Front}/{(next.Length > 0 ? "hop" : "headers")}{next}");
    }

    private static Regex Row(string service) => new(
        $@"(?m)^{service} +(?<requests>[1-9][0-9.]*) +(?<share>[0-9.]+ %|-) +[0-9.]+ .s +[0-9.]+ .s +[0-9.]+ .s +(?<calls>[0-9.]+) +(?<errors>[0-9.]+|-)");

    private static double Number(Match row, string name) => double.Parse(row.Groups[name].Value, CultureInfo.InvariantCulture);

    private ProgramStart Hilo(string command) => new(Repository.Agent, command)
    {
        Environment = { ["HILO_CGROUP"] = Sandbox.Traced.Folder },
    };

    private static void Keep(string name, string seen) => File.WriteAllText(Path.Combine(Repository.Output, $"screen-{name}.txt"), seen + "\n");
}
