// SPDX-License-Identifier: Apache-2.0
using Scenarios.Harness;

namespace Scenarios.Delivery;

/// <summary>What somebody sees who looks at a trace, in a viewer that others wrote and a browser.</summary>
public sealed class TraceViewerTests : Scenario
{
    private const int ReceiverPort = 4317;
    private const int ViewerPort = 8080;

    [Fact]
    public void A_request_through_three_services_is_one_drawing()
    {
        var viewer = Sandbox.StartOutside(new ProgramStart(
            "node", Path.Combine(Build.NodeMockOtlp(), "@elastic", "mockotlpserver", "lib", "cli.js"), "-o", "trace-json2", "--ui", "--hostname", "127.0.0.1"));
        viewer.WaitFor(() => Sandbox.Network.IsListening(ReceiverPort) && Sandbox.Network.IsListening(ViewerPort), "listeners", 40);
        Sandbox.Serve(Programs.Server("python", 8001, Sandbox.Folder).Named("shop"), 8001);
        Sandbox.Serve(Programs.Server("node", 8002, Sandbox.Folder).Named("orders"), 8002);
        Sandbox.Serve(Programs.Server("php", 8003, Sandbox.Folder).Named("stock"), 8003);
        var agent = Sandbox.StartOutside(new ProgramStart(Repository.Agent, "run")
        {
            Environment =
            {
                ["HILO_CGROUP"] = Sandbox.Traced.Folder,
                ["OTEL_EBPF_AUTO_TARGET_EXE"] = "*",
                ["OTEL_EXPORTER_OTLP_ENDPOINT"] = $"http://127.0.0.1:{ReceiverPort}",
                ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "grpc",
            },
        });
        agent.WaitFor(() => agent.Errors.Contains("ready", StringComparison.Ordinal), "line with `ready`", 40);

        var stock = Uri.EscapeDataString("http://127.0.0.1:8003/headers?id=1");
        var orders = Uri.EscapeDataString($"http://127.0.0.1:8002/hop?next={stock}");
        Sandbox.StartOutside(new ProgramStart("curl", "--silent", "--fail", $"http://127.0.0.1:8001/hop?next={orders}")).Finish();
        viewer.WaitFor(() => viewer.Output.Split("\"spanId\":").Length - 1 >= 5, "five spans", 20);

        Assert.Equal(0, agent.Stop(Native.SigTerm));

        var picture = Path.Combine(Repository.Output, "trace-viewer.png");
        var trace = viewer.Output.Split("\"traceId\":")[1].Split('"')[1];
        var look = Sandbox.StartOutside(new ProgramStart("node", "viewer/look.js", trace, picture)
        {
            Environment = { ["NODE_PATH"] = Build.NodePuppeteer(), ["HOME"] = Sandbox.Folder },
        });
        var drawn = look.Finish().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line[(line.IndexOf(')', StringComparison.Ordinal) + 2)..]);
        Assert.Equal(["trace", "GET /hop", "GET", "GET /hop", "GET", "GET /headers"], drawn);
        Assert.InRange(new FileInfo(picture).Length, 5000, 1_000_000);
    }
}
