// SPDX-License-Identifier: Apache-2.0
using Scenarios.Harness;

namespace Scenarios.Propagation;

/// <summary>A service that exports traces by the OpenTelemetry SDK, between two that do not: nothing is told twice, and the chain stays whole.</summary>
public sealed class SelfTracedTests : Scenario
{
    private const int FrontPort = 8001;
    private const int SdkPort = 8002;
    private const int SdkReceiverPort = 4319;

    [Fact]
    public void Its_spans_are_left_to_it_and_stand_in_the_chain()
    {
        using var sdk = new OtlpReceiver(Sandbox.Network, SdkReceiverPort);
        Sandbox.Serve(Programs.Server("python", FrontPort, Sandbox.Folder).Named("front"), FrontPort);
        Sandbox.Serve(Programs.Server("python", Programs.BackendPort, Sandbox.Folder).Named("backend"), Programs.BackendPort);
        Sandbox.Serve(Programs.ServerWithSdk(SdkPort, SdkReceiverPort), SdkPort);
        using var agent = new Agent(Sandbox);

        Pass("/headers?id=known"); // by its first export
        sdk.WaitFor(spans => spans.Count >= 2);
        Pass("/headers?id=1");
        Pass("/plain?id=2"); // the SDK does not see this one
        var own = sdk.WaitFor(spans => spans.Count >= 5);
        agent.Finish();

        Assert.True(agent.Counter("self_traced") >= 3, "not recognised");
        Assert.DoesNotContain(agent.Spans, span => span.Service == "sdk" && span.Path.Contains("traces", StringComparison.Ordinal));
        var backend = Assert.Single(agent.Spans, span => span.Service == "backend" && span.Id == "1");
        var client = Assert.Single(own, span => span.SpanId == backend.ParentId);
        var server = Assert.Single(own, span => span.SpanId == client.ParentId);
        var front = Assert.Single(agent.Spans, span => span.SpanId == server.ParentId);
        Assert.Equal(("front", true), (front.Service, front.IsClient));
        Assert.All(new[] { client, server, front }, span => Assert.Equal(backend.TraceId, span.TraceId));
        Assert.DoesNotContain(agent.Spans, span => span.Service == "sdk" && span.TraceId == backend.TraceId);

        var plain = Assert.Single(agent.Spans, span => span.Service == "backend" && span.Id == "2");
        var sender = Assert.Single(agent.Spans, span => span.SpanId == plain.ParentId);
        Assert.Equal(("front", true, plain.TraceId), (sender.Service, sender.IsClient, sender.TraceId));
    }

    [Fact]
    public void It_is_traced_like_any_other_when_asked()
    {
        _ = new Recorder(Sandbox, traced: false, SdkReceiverPort);
        Sandbox.Serve(Programs.Server("python", FrontPort, Sandbox.Folder).Named("front"), FrontPort);
        Sandbox.Serve(Programs.Server("python", Programs.BackendPort, Sandbox.Folder).Named("backend"), Programs.BackendPort);
        Sandbox.Serve(Programs.ServerWithSdk(SdkPort, SdkReceiverPort), SdkPort);
        using var agent = new Agent(Sandbox, ("OTEL_EBPF_EXCLUDE_OTEL_INSTRUMENTED_SERVICES", "false"));

        Pass("/headers?id=1");
        Pass("/headers?id=2");
        agent.Finish();

        Assert.Equal(0, agent.Counter("self_traced"));
        Assert.Equal(2, agent.Spans.Count(span => span.Service == "sdk" && span.IsServer));
    }

    private void Pass(string path)
    {
        var last = Uri.EscapeDataString($"http://127.0.0.1:{Programs.BackendPort}{path}");
        var middle = Uri.EscapeDataString($"http://127.0.0.1:{SdkPort}/hop?next={last}");
        Sandbox.StartOutside(new ProgramStart("curl", "-sS", "--fail", "-o", "/dev/null", $"http://127.0.0.1:{FrontPort}/hop?next={middle}")).Finish();
    }
}
