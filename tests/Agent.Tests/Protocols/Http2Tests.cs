// SPDX-License-Identifier: Apache-2.0
using Agent.Contract;
using Agent.Tests.Tracing;
using Google.Protobuf.Collections;
using OpenTelemetry.Proto.Common.V1;
using OpenTelemetry.Proto.Trace.V1;

namespace Agent.Tests.Protocols;

public class Http2Tests
{
    private const string Request = "GET /orders/42?color=blue HTTP/2\r\nhost: shop.example:8080\r\nuser-agent: curl/8.1\r\n\r\n";

    [Theory]
    [InlineData(Role.Server)]
    [InlineData(Role.Client)]
    internal void Is_described_as_http1_but_for_its_version(Role role)
    {
        var old = Exchanges.Span(Exchanges.Event(role, 503), Request.Replace("HTTP/2", "HTTP/1.1", StringComparison.Ordinal));
        var span = Exchanges.Span(Event(role, 503), Request);

        Assert.Equal("2", span.Attributes()["network.protocol.version"]);
        Assert.Equal((old.Name, old.Kind, old.Status), (span.Name, span.Kind, span.Status));
        Assert.Equal(WithoutVersion(old.Attributes), WithoutVersion(span.Attributes));
    }

    [Theory]
    [InlineData(" shop.example HTTP/2\r\nhost: shop.example\r\n\r\n", "HTTP", "HTTP", "_OTHER", null, "http://shop.example:9000")]
    [InlineData("  HTTP/2\r\n\r\n", "HTTP", "HTTP", "_OTHER", null, "http://10.0.0.2:9000")]
    [InlineData(" /a?q HTTP/2\r\n\r\n", "HTTP /a", "HTTP", "_OTHER", "/a", "http://10.0.0.2:9000/a?q")]
    [InlineData("PUT shop.example HTTP/2\r\nhost: shop.example\r\n\r\n", "PUT", "PUT", "PUT", null, "http://shop.example:9000")]
    [InlineData("PUT  HTTP/2\r\n\r\n", "PUT", "PUT", "PUT", null, "http://10.0.0.2:9000")]
    [InlineData("CONNECT b:443 HTTP/2\r\nhost: b:443\r\n\r\n", "CONNECT", "CONNECT", "CONNECT", null, "http://b:443")]
    [InlineData("OPTIONS * HTTP/2\r\nhost: a:81\r\n\r\n", "OPTIONS *", "OPTIONS", "OPTIONS", "*", "http://a:81")]
    [InlineData("GET /users/lon", "GET /users/*", "GET", "GET", "/users/lon", "http://10.0.0.2:9000/users/lon")]
    [InlineData("", "HTTP", "HTTP", "_OTHER", null, "http://10.0.0.2:9000")]
    public void What_is_not_known_is_not_made_up(
        string request, string serverName, string clientName, string method, string? path, string url)
    {
        var server = Exchanges.Span(Event(Role.Server), request);
        var client = Exchanges.Span(Event(Role.Client), request);

        Assert.Equal((serverName, clientName), (server.Name, client.Name));
        Assert.Equal((method, method), (server.Attributes()["http.request.method"], client.Attributes()["http.request.method"]));
        Assert.DoesNotContain("http.request.method_original", server.Attributes().Keys);
        Assert.Equal((path, url), (server.Attributes().GetValueOrDefault("url.path"), client.Attributes()["url.full"]));
        Assert.Equal(path is not null, server.Attributes().ContainsKey("http.route"));
        Assert.Equal("2", server.Attributes()["network.protocol.version"]);
    }

    [Theory]
    [InlineData(0, "NO_ERROR")]
    [InlineData(1, "PROTOCOL_ERROR")]
    [InlineData(2, "INTERNAL_ERROR")]
    [InlineData(3, "FLOW_CONTROL_ERROR")]
    [InlineData(4, "SETTINGS_TIMEOUT")]
    [InlineData(5, "STREAM_CLOSED")]
    [InlineData(6, "FRAME_SIZE_ERROR")]
    [InlineData(7, "REFUSED_STREAM")]
    [InlineData(9, "COMPRESSION_ERROR")]
    [InlineData(10, "CONNECT_ERROR")]
    [InlineData(11, "ENHANCE_YOUR_CALM")]
    [InlineData(12, "INADEQUATE_SECURITY")]
    [InlineData(13, "HTTP_1_1_REQUIRED")]
    [InlineData(14, "14")]
    [InlineData(uint.MaxValue, "4294967295")]
    public void Reset_fails_the_span_by_the_name_of_its_code(uint code, string error)
    {
        foreach (var role in new[] { Role.Server, Role.Client })
        {
            var span = Exchanges.Span(Reset(role, 0, code), Request);

            Assert.Equal(error, span.Attributes()["error.type"]);
            Assert.Equal(Status.Types.StatusCode.Error, span.Status.Code);
            Assert.Equal("the stream was reset before the response was complete", span.Status.Message);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(200)]
    [InlineData(404)]
    public void Client_that_cancels_does_not_fail_the_server(ushort status)
    {
        var server = Exchanges.Span(Reset(Role.Server, status, code: 8), Request);

        Assert.Equal(("CANCEL", null), (server.Attributes()["error.type"], server.Status));
    }

    [Theory]
    [InlineData(0, "CANCEL")]
    [InlineData(200, "CANCEL")]
    [InlineData(404, "404")]
    public void Client_that_cancels_did_not_get_what_it_asked_for(ushort status, string error)
    {
        var client = Exchanges.Span(Reset(Role.Client, status, code: 8), Request);

        Assert.Equal((error, Status.Types.StatusCode.Error), (client.Attributes()["error.type"], client.Status.Code));
    }

    [Theory]
    [InlineData(Role.Server)]
    [InlineData(Role.Client)]
    internal void Answer_that_stops_an_upload_is_no_error(Role role)
    {
        var span = Exchanges.Span(Reset(role, 200, code: 0), Request);

        Assert.DoesNotContain("error.type", span.Attributes().Keys);
        Assert.Null(span.Status);
    }

    [Fact]
    public void Error_status_counts_more_than_the_reset_that_follows()
    {
        var span = Exchanges.Span(Reset(Role.Server, 503, code: 2), Request);

        Assert.Equal(("503", ""), (span.Attributes()["error.type"], span.Status.Message));
    }

    [Fact]
    public void Every_prefix_of_a_request_makes_a_span_that_parses()
    {
        for (var size = 0; size <= Request.Length; size++)
        {
            Assert.NotEmpty(Exchanges.Span(Event(Role.Server), Request[..size]).Name);
            Assert.NotEmpty(Exchanges.Span(Event(Role.Client), Request[..size]).Name);
        }
    }

    private static ExchangeEvent Event(Role role, ushort status = 200)
    {
        var e = Exchanges.Event(role, status);
        e.Protocol = Protocol.Http2;
        return e;
    }

    private static ExchangeEvent Reset(Role role, ushort status, uint code)
    {
        var e = Event(role, status);
        e.Outcome = Outcome.Reset;
        e.ResetCode = code;
        return e;
    }

    private static IEnumerable<KeyValue> WithoutVersion(RepeatedField<KeyValue> attributes) =>
        attributes.Where(pair => pair.Key != "network.protocol.version");
}
