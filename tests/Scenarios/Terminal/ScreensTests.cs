// SPDX-License-Identifier: Apache-2.0
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
    public void The_doctor_says_what_is_there_and_what_to_do()
    {
        using var screen = new Screen(Sandbox, Columns, 100, Hilo("doctor"));
        var seen = screen.WaitFor(seen => seen.Contains("metrics: ", StringComparison.Ordinal));

        Keep("doctor", seen);
        Assert.Contains("yes  sockets: see requests and responses of a cgroup", seen, StringComparison.Ordinal);
        Assert.Contains("yes  processes have the numbers that the kernel tells", seen, StringComparison.Ordinal);
    }

    private ProgramStart Hilo(string command) => new(Repository.Agent, command)
    {
        Environment = { ["HILO_CGROUP"] = Sandbox.Traced.Folder },
    };

    private static void Keep(string name, string seen) => File.WriteAllText(Path.Combine(Repository.Output, $"screen-{name}.txt"), seen + "\n");
}
