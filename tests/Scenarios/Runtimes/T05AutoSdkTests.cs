// SPDX-License-Identifier: Apache-2.0
using System.Globalization;
using Otlp = OpenTelemetry.Proto.Trace.V1;
using Scenarios.Harness;

namespace Scenarios.Runtimes;

/// <summary>
/// Row T05: what a program makes with the SDK that OpenTelemetry has for probes becomes part of the trace. The program has that of the API
/// (<c>otel/trace</c>, a copy of <c>auto/sdk</c>), as Debian packages it; it is the real one. Services/go/spans.go says what it makes.
/// </summary>
public sealed class T05AutoSdkTests : Scenario
{
    private const int Port = 8001;
    private const int Count = 500;
    private const int Concurrent = 50;
    private const int TextSize = 40_000;

    private static readonly string[] Manual = ["order", "price", "rate", "large", "loose end"];

    [Fact]
    public void Spans_of_the_program_are_in_the_trace_of_the_request_with_all_that_they_have()
    {
        Serve();
        using var agent = new Agent(Sandbox);

        Ask("1");
        agent.Finish();

        var spans = agent.Spans.ToDictionary(span => span.Name);
        var request = Assert.Single(agent.Spans, span => span is { IsServer: true, Service: "spans" });
        Assert.Single(agent.Spans.Select(span => span.TraceId).Distinct());
        AssertTree(request, [.. agent.Spans]);

        var order = spans["order"];
        Assert.Equal(("shop", "1.2.3", "https://example.com/schema"), order.Scope);
        Assert.Equal("price", spans["price"].Scope.Name);
        Assert.Equal("spans", order.Service);
        Assert.Equal(Otlp.Span.Types.SpanKind.Internal, order.Kind);
        Assert.Equal(Otlp.Span.Types.SpanKind.Client, spans["price"].Kind);
        Assert.Equal(
            ["bool=true", "bools=true,false", "double=0.25", "id=1", "int=-9007199254740993", "ints=1,2", "texts=a,\"é\n"],
            order.Attributes.Select(attribute => $"{attribute.Key}={attribute.Value}").Order(StringComparer.Ordinal));
        var paid = Assert.Single(order.Message.Events);
        Assert.Equal("paid", paid.Name);
        Assert.Equal("card", Assert.Single(paid.Attributes).Value.StringValue);
        Assert.InRange(paid.TimeUnixNano, order.Start, order.End);
        var link = Assert.Single(order.Message.Links);
        Assert.Equal("01020300000000000000000000000000", Convert.ToHexStringLower(link.TraceId.Span));
        Assert.Equal("0405060000000000", Convert.ToHexStringLower(link.SpanId.Span));
        Assert.Equal("retry", Assert.Single(link.Attributes).Value.StringValue);

        Assert.Equal((Otlp.Status.Types.StatusCode.Error, "no price"), (spans["price"].Status, spans["price"].Message.Status.Message));
        Assert.Equal("exception", Assert.Single(spans["price"].Message.Events).Name);
        Assert.Equal(Otlp.Status.Types.StatusCode.Ok, spans["loose end"].Status);
        Assert.Equal(TextSize, spans["large"].Attributes["text"].Length);
        Assert.Equal(string.Concat(Enumerable.Repeat("0123456789abcdef", TextSize / 16)), spans["large"].Attributes["text"]);
        Assert.All(agent.Spans, span => Assert.Equal(1u, span.Message.Flags & 1));
        Assert.All(Manual, name => Assert.InRange(spans[name].Start, request.Start - 1_000_000, spans[name].End));
    }

    [Fact]
    public void Of_many_requests_at_once_each_has_its_own()
    {
        Serve();
        using var agent = new Agent(Sandbox);

        Ask($"[0-{Count - 1}]", "--parallel", "--parallel-immediate", "--parallel-max", Text(Concurrent));
        agent.Finish();

        var traces = agent.Spans.GroupBy(span => span.TraceId).ToList();
        Assert.Equal(Count, traces.Count);
        Assert.All(traces, trace => AssertTree(Assert.Single(trace, span => span is { IsServer: true, Service: "spans" }), [.. trace]));
    }

    [Fact]
    public void Requests_that_are_not_sampled_have_none()
    {
        Serve();
        using var agent = new Agent(Sandbox, ("OTEL_TRACES_SAMPLER", "always_off"));

        Ask("1");
        agent.Finish();

        Assert.Empty(agent.Spans);
        Assert.Equal(Manual.Length + 3, agent.Counter("unsampled")); // and the server's, the client's and the backend's
    }

    /// <summary>Whoever decided sent its decision along: half of the requests are sampled.</summary>
    [Fact]
    public void What_the_caller_decided_holds()
    {
        Serve();
        using var agent = new Agent(Sandbox);

        Ask("1", "-H", "traceparent: 00-11111111111111111111111111111111-2222222222222222-00");
        Ask("2", "-H", "traceparent: 00-33333333333333333333333333333333-4444444444444444-01");
        agent.Finish();

        Assert.Equal(Manual.Length + 3, agent.Spans.Count);
        Assert.All(agent.Spans, span => Assert.Equal("33333333333333333333333333333333", span.TraceId));
        AssertTree(Assert.Single(agent.Spans, span => span.ParentId == "4444444444444444"), [.. agent.Spans]);
    }

    private static void AssertTree(Span request, Span[] trace)
    {
        var client = Assert.Single(trace, span => span is { IsClient: true, Service: "spans", Scope.Name: "hilo" });
        var backend = Assert.Single(trace, span => span.Service == "backend");
        var manual = Manual.ToDictionary(name => name, name => Assert.Single(trace, span => span.Name == name));
        Assert.Equal(Manual.Length + 3, trace.Length);

        Assert.Equal(request.SpanId, manual["order"].ParentId);
        Assert.Equal(manual["order"].SpanId, manual["price"].ParentId);
        Assert.Equal(manual["price"].SpanId, manual["rate"].ParentId);
        Assert.Equal(manual["order"].SpanId, manual["large"].ParentId);
        Assert.Equal(request.SpanId, manual["loose end"].ParentId);
        Assert.Equal(manual["price"].SpanId, client.ParentId);
        Assert.Equal(client.SpanId, backend.ParentId);
        Assert.All(manual.Values, span => Assert.Equal(request.Id, span.Attributes["id"]));
        Assert.Equal(request.Id, backend.Id);
    }

    private void Serve()
    {
        Sandbox.Serve(Programs.Server("go", Programs.BackendPort, Sandbox.Folder).Named("backend"), Programs.BackendPort);
        Sandbox.Serve(new ProgramStart(Build.GoOtel("spans"), "serve", Text(Port), Backend).Named("spans"), Port);
    }

    private void Ask(string id, params string[] options) => Sandbox.StartOutside(
        new ProgramStart(["curl", "-sS", "--fail", "-o", "/dev/null", .. options, $"http://127.0.0.1:{Port}/work?id={id}"])).Finish();

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
