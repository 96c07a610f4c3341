// SPDX-License-Identifier: Apache-2.0
using System.Text;
using Agent.Config;
using Agent.Contract;
using Agent.Tests.Tracing;
using OpenTelemetry.Proto.Trace.V1;

namespace Agent.Tests.Protocols;

public class GrpcTests
{
    private static readonly string[] Names =
    [
        "OK", "CANCELLED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND", "ALREADY_EXISTS", "PERMISSION_DENIED",
        "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION", "ABORTED", "OUT_OF_RANGE", "UNIMPLEMENTED", "INTERNAL", "UNAVAILABLE", "DATA_LOSS",
        "UNAUTHENTICATED",
    ];

    [Fact]
    public void Call_at_its_server()
    {
        var span = Exchanges.Span(Exchanges.Call(Role.Server, 0), Exchanges.CallHead);

        Assert.Equal(("shop.v1.Orders/Place", Span.Types.SpanKind.Server, null), (span.Name, span.Kind, span.Status));
        Assert.Equal(
            new SortedDictionary<string, string>(StringComparer.Ordinal)
            {
                ["rpc.system"] = "grpc",
                ["rpc.service"] = "shop.v1.Orders",
                ["rpc.method"] = "Place",
                ["rpc.grpc.status_code"] = "0",
                ["hilo.rpc.kind"] = "unary",
                ["server.address"] = "orders.example",
                ["server.port"] = "8080",
                ["client.address"] = "10.0.0.2",
                ["user_agent.original"] = "grpc-go/1.65.0",
                ["network.protocol.version"] = "2",
                ["network.peer.address"] = "10.0.0.2",
                ["network.peer.port"] = "50000",
                ["network.local.address"] = "10.0.0.1",
                ["network.local.port"] = "8080",
                ["http.response.status_code"] = "200",
                ["process.pid"] = "4321",
                ["thread.id"] = "4322",
            },
            new SortedDictionary<string, string>(span.Attributes(), StringComparer.Ordinal));
    }

    [Fact]
    public void Call_at_its_client()
    {
        var span = Exchanges.Span(Exchanges.Call(Role.Client, 0), Exchanges.CallHead);
        var attributes = span.Attributes();

        Assert.Equal(("shop.v1.Orders/Place", Span.Types.SpanKind.Client, null), (span.Name, span.Kind, span.Status));
        Assert.Equal(("orders.example", "9000"), (attributes["server.address"], attributes["server.port"]));
        Assert.Equal(("10.0.0.2", "9000"), (attributes["network.peer.address"], attributes["network.peer.port"]));
        Assert.DoesNotContain("client.address", attributes.Keys);
        Assert.DoesNotContain("url.full", attributes.Keys);
        Assert.DoesNotContain("http.request.method", attributes.Keys);
    }

    [Fact]
    public void Every_status_has_its_number_and_fails_whom_the_conventions_say()
    {
        for (var code = 0; code < Names.Length; code++)
        {
            var isServerFailure = Names[code] is
                "UNKNOWN" or "DEADLINE_EXCEEDED" or "UNIMPLEMENTED" or "INTERNAL" or "UNAVAILABLE" or "DATA_LOSS";
            AssertStatus(Role.Client, code, code != 0, Names[code]);
            AssertStatus(Role.Server, code, isServerFailure, Names[code]);
        }
    }

    [Theory]
    [InlineData(17)]
    [InlineData(9999)]
    public void Status_that_is_not_defined_fails_both(int code)
    {
        AssertStatus(Role.Client, code, isFailed: true, $"{code}");
        AssertStatus(Role.Server, code, isFailed: true, $"{code}");
    }

    [Theory]
    [InlineData("/grpc.health.v1.Health/Check", "grpc.health.v1.Health/Check", "grpc.health.v1.Health", "Check")]
    [InlineData("/Greeter/SayHello", "Greeter/SayHello", "Greeter", "SayHello")]
    [InlineData("/api/a.Greeter/SayHello", "api/a.Greeter/SayHello", "api/a.Greeter", "SayHello")]
    [InlineData("/Greeter", "grpc", null, null)]
    [InlineData("/Greeter/", "grpc", null, null)]
    [InlineData("//SayHello", "grpc", null, null)]
    [InlineData("/", "grpc", null, null)]
    [InlineData("orders.example", "grpc", null, null)]
    [InlineData("", "grpc", null, null)]
    public void Name_comes_from_the_path(string path, string name, string? service, string? method)
    {
        var span = Exchanges.Span(Exchanges.Call(Role.Client, 0), $"POST {path} HTTP/2\r\nhost: orders.example\r\n\r\n");
        var attributes = span.Attributes();

        Assert.Equal(
            (name, service, method), (span.Name, attributes.GetValueOrDefault("rpc.service"), attributes.GetValueOrDefault("rpc.method")));
        Assert.Equal("grpc", attributes["rpc.system"]);
    }

    [Theory]
    [InlineData(" orders.example HTTP/2\r\nhost: orders.example\r\n\r\n", "orders.example")]
    [InlineData("  HTTP/2\r\n\r\n", "10.0.0.2")]
    [InlineData("POST /shop.v1.Orders/Pla", "10.0.0.2")]
    [InlineData("", "10.0.0.2")]
    public void Method_that_is_not_known_is_not_made_up(string request, string server)
    {
        var span = Exchanges.Span(Exchanges.Call(Role.Client, 0), request);

        Assert.Equal(("grpc", server), (span.Name, span.Attributes()["server.address"]));
        Assert.DoesNotContain("rpc.method", span.Attributes().Keys);
    }

    [Theory]
    [InlineData(1, 1, "unary")]
    [InlineData(2, 1, "client_streaming")]
    [InlineData(1, 100_000, "server_streaming")]
    [InlineData(3, 2, "bidi_streaming")]
    [InlineData(0, 1, null)]
    [InlineData(1, 0, null)]
    [InlineData(0, 0, null)]
    public void Kind_is_told_by_messages_of_both_sides(uint sent, uint received, string? kind)
    {
        var e = Exchanges.Call(Role.Server, 0);
        (e.RequestMessages, e.ResponseMessages) = (sent, received);

        Assert.Equal(kind, Exchanges.Span(e, Exchanges.CallHead).Attributes().GetValueOrDefault("hilo.rpc.kind"));
    }

    [Theory]
    [InlineData("no%20more%20%C3%A9clairs%21", "no more éclairs!")]
    [InlineData("plain", "plain")]
    [InlineData("50% off %zz %4", "50% off %zz %4")]
    [InlineData("cut %C3", "cut \ufffd")]
    [InlineData("raw \xff byte", "raw \ufffd byte")]
    [InlineData("", "")]
    public void Description_is_what_the_server_says(string wire, string description)
    {
        byte[] notes = [.. Exchanges.Note(NoteKind.Tracestate, 0, "a=1"), .. Exchanges.Note(NoteKind.GrpcMessage, 0, wire)];

        Assert.Equal(description, Exchanges.Span(Exchanges.Call(Role.Server, 14), Exchanges.CallHead, notes: notes).Status.Message);
        Assert.Equal(description, Exchanges.Span(Exchanges.Call(Role.Client, 5), Exchanges.CallHead, notes: notes).Status.Message);
        Assert.Null(Exchanges.Span(Exchanges.Call(Role.Server, 5), Exchanges.CallHead, notes: notes).Status);
        Assert.Null(Exchanges.Span(Exchanges.Call(Role.Client, 0), Exchanges.CallHead, notes: notes).Status);
    }

    [Fact]
    public void Long_description_is_cut_and_parses()
    {
        var notes = Exchanges.Note(NoteKind.GrpcMessage, 0, string.Concat(Enumerable.Repeat("%C3%A9", 1000)));

        var message = Exchanges.Span(Exchanges.Call(Role.Client, 13), Exchanges.CallHead, notes: notes).Status.Message;

        Assert.Equal(512, Encoding.UTF8.GetByteCount(message));
    }

    [Theory]
    [InlineData(400, 13)]
    [InlineData(401, 16)]
    [InlineData(403, 7)]
    [InlineData(404, 12)]
    [InlineData(429, 14)]
    [InlineData(431, 13)]
    [InlineData(500, 2)]
    [InlineData(502, 14)]
    [InlineData(503, 14)]
    [InlineData(504, 14)]
    [InlineData(302, 2)]
    public void Client_without_grpc_status_takes_it_from_http(ushort httpStatus, int code)
    {
        var span = Exchanges.Span(Exchanges.Call(Role.Client, null, httpStatus), Exchanges.CallHead);

        Assert.Equal(($"{code}", Names[code]), (span.Attributes()["rpc.grpc.status_code"], span.Attributes()["error.type"]));
        Assert.Equal($"{httpStatus}", span.Attributes()["http.response.status_code"]);
        Assert.Equal(Status.Types.StatusCode.Error, span.Status.Code);
    }

    [Theory]
    [InlineData(404, null)]
    [InlineData(502, "502")]
    public void Server_without_grpc_status_is_judged_by_http(ushort httpStatus, string? error)
    {
        var span = Exchanges.Span(Exchanges.Call(Role.Server, null, httpStatus), Exchanges.CallHead);

        Assert.DoesNotContain("rpc.grpc.status_code", span.Attributes().Keys);
        Assert.Equal((error, error is not null), (span.Attributes().GetValueOrDefault("error.type"), span.Status is not null));
    }

    [Theory]
    [InlineData(Outcome.Closed, 0, "connection_closed", "connection_closed")]
    [InlineData(Outcome.Reset, 2, "INTERNAL_ERROR", "INTERNAL_ERROR")]
    [InlineData(Outcome.Reset, 8, "CANCEL", null)]
    [InlineData(Outcome.Complete, 0, null, null)]
    internal void Call_that_ended_without_a_status(Outcome outcome, uint code, string? clientError, string? serverError)
    {
        foreach (var httpStatus in new ushort[] { 0, 200 })
        {
            AssertEnd(Role.Client, clientError, clientError);
            AssertEnd(Role.Server, clientError, serverError);

            void AssertEnd(Role role, string? error, string? failure)
            {
                var e = Exchanges.Call(role, null, httpStatus);
                (e.Outcome, e.ResetCode) = (outcome, code);
                var span = Exchanges.Span(e, Exchanges.CallHead);
                Assert.DoesNotContain("rpc.grpc.status_code", span.Attributes().Keys);
                Assert.Equal(error, span.Attributes().GetValueOrDefault("error.type"));
                Assert.Equal(failure is not null, span.Status is not null);
            }
        }
    }

    [Theory]
    [InlineData(Outcome.Reset)]
    [InlineData(Outcome.Closed)]
    internal void Status_that_came_counts_more_than_how_the_stream_ended(Outcome outcome)
    {
        var e = Exchanges.Call(Role.Client, 0);
        (e.Outcome, e.ResetCode) = (outcome, 8);

        var span = Exchanges.Span(e, Exchanges.CallHead);

        Assert.Equal(("0", null), (span.Attributes()["rpc.grpc.status_code"], span.Status));
    }

    [Fact]
    public void Response_of_nothing_but_trailers_has_its_status()
    {
        var e = Exchanges.Call(Role.Client, 7);
        e.ResponseMessages = 0;

        var attributes = Exchanges.Span(e, Exchanges.CallHead).Attributes();

        Assert.Equal(("7", "PERMISSION_DENIED"), (attributes["rpc.grpc.status_code"], attributes["error.type"]));
        Assert.DoesNotContain("hilo.rpc.kind", attributes.Keys);
    }

    [Fact]
    public void Fields_that_the_user_named_are_called_as_everywhere()
    {
        var headers = HeaderOptions.Read(name => name == "HILO_CAPTURE_REQUEST_HEADERS" ? "X-Tenant" : null);
        var notes = Exchanges.Note(NoteKind.RequestHeader, 0, "blue");

        var span = Exchanges.Span(Exchanges.Call(Role.Server, 0), Exchanges.CallHead, notes: notes, headers: headers);

        var field = Assert.Single(span.Attributes, attribute => attribute.Key == "http.request.header.x-tenant");
        Assert.Equal("blue", Assert.Single(field.Value.ArrayValue.Values).StringValue);
    }

    [Fact]
    public void Every_prefix_of_a_request_makes_a_span_that_parses()
    {
        for (var size = 0; size <= Exchanges.CallHead.Length; size++)
        {
            foreach (var role in new[] { Role.Server, Role.Client })
            {
                Assert.NotEmpty(Exchanges.Span(Exchanges.Call(role, 0), Exchanges.CallHead[..size]).Name);
            }
        }
    }

    private static void AssertStatus(Role role, int code, bool isFailed, string name)
    {
        var span = Exchanges.Span(Exchanges.Call(role, code), Exchanges.CallHead);

        Assert.Equal($"{code}", span.Attributes()["rpc.grpc.status_code"]);
        Assert.Equal(isFailed ? name : null, span.Attributes().GetValueOrDefault("error.type"));
        Assert.Equal(isFailed ? Status.Types.StatusCode.Error : Status.Types.StatusCode.Unset, span.Status?.Code ?? Status.Types.StatusCode.Unset);
    }
}
