// SPDX-License-Identifier: Apache-2.0
using Agent.Contract;
using Agent.Protocols;
using Agent.Tests.Tracing;
using OpenTelemetry.Proto.Trace.V1;

namespace Agent.Tests.Protocols;

public class Http1Tests
{
    [Theory]
    [InlineData("GET")]
    [InlineData("HEAD")]
    [InlineData("POST")]
    [InlineData("PUT")]
    [InlineData("DELETE")]
    [InlineData("OPTIONS")]
    [InlineData("TRACE")]
    [InlineData("PATCH")]
    [InlineData("QUERY")]
    public void Known_method_names_the_span(string method)
    {
        var server = Server($"{method} /a HTTP/1.1\r\n\r\n");

        Assert.Equal($"{method} /a", server.Name);
        Assert.Equal(method, server.Attributes()["http.request.method"]);
        Assert.DoesNotContain("http.request.method_original", server.Attributes().Keys);
        Assert.Equal(method, Client($"{method} /a HTTP/1.1\r\n\r\n").Name);
    }

    [Theory]
    [InlineData("PROPFIND")]
    [InlineData("MKCALENDAR")]
    [InlineData("get")]
    [InlineData("X")]
    public void Unknown_method_is_other(string method)
    {
        var attributes = Server($"{method} /a HTTP/1.1\r\n\r\n").Attributes();

        Assert.Equal("HTTP /a", Server($"{method} /a HTTP/1.1\r\n\r\n").Name);
        Assert.Equal("HTTP", Client($"{method} /a HTTP/1.1\r\n\r\n").Name);
        Assert.Equal("_OTHER", attributes["http.request.method"]);
        Assert.Equal(method, attributes["http.request.method_original"]);
    }

    [Theory]
    [InlineData(0, Outcome.Complete, null, null)]
    [InlineData(101, Outcome.Tunnel, null, null)]
    [InlineData(200, Outcome.Complete, null, null)]
    [InlineData(304, Outcome.Complete, null, null)]
    [InlineData(400, Outcome.Complete, null, "400")]
    [InlineData(404, Outcome.Complete, null, "404")]
    [InlineData(500, Outcome.Complete, "500", "500")]
    [InlineData(503, Outcome.Closed, "503", "503")]
    [InlineData(999, Outcome.Complete, "999", "999")]
    [InlineData(200, Outcome.Closed, "connection_closed", "connection_closed")]
    [InlineData(0, Outcome.Closed, "connection_closed", "connection_closed")]
    [InlineData(404, Outcome.Closed, "connection_closed", "404")]
    internal void Status_and_error_type(ushort status, Outcome outcome, string? serverError, string? clientError)
    {
        AssertError(Role.Server, serverError);
        AssertError(Role.Client, clientError);

        void AssertError(Role role, string? expected)
        {
            var e = Exchanges.Event(role, status);
            e.Outcome = outcome;
            var span = Exchanges.Span(e, "GET / HTTP/1.1\r\n\r\n");
            Assert.Equal(expected, span.Attributes().GetValueOrDefault("error.type"));
            Assert.Equal(
                expected is null ? Status.Types.StatusCode.Unset : Status.Types.StatusCode.Error,
                span.Status?.Code ?? Status.Types.StatusCode.Unset);
            Assert.Equal(
                expected == "connection_closed" ? "the connection ended before the response was complete" : "",
                span.Status?.Message ?? "");
            Assert.Equal(status == 0 ? null : $"{status}", span.Attributes().GetValueOrDefault("http.response.status_code"));
        }
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\nHost: a.example:81\r\n\r\n", "a.example", "81", "http://a.example:81/")]
    [InlineData("GET / HTTP/1.1\r\nhOsT:\t a.example \r\n\r\n", "a.example", "9000", "http://a.example:9000/")]
    [InlineData("GET / HTTP/1.1\r\nHost: [2001:db8::1]:81\r\n\r\n", "2001:db8::1", "81", "http://[2001:db8::1]:81/")]
    [InlineData("GET / HTTP/1.1\r\nHost: a:80\r\n\r\n", "a", "80", "http://a/")]
    [InlineData("GET / HTTP/1.1\r\nHost: a:99999\r\n\r\n", "a", "9000", "http://a:9000/")]
    [InlineData("GET /p?q HTTP/1.0\r\n\r\n", "10.0.0.2", "9000", "http://10.0.0.2:9000/p?q")]
    [InlineData("GET /p HTTP/1.1\r\nHost: a.exam", "10.0.0.2", "9000", "http://10.0.0.2:9000/p")]
    [InlineData("GET http://b.example/p?q HTTP/1.1\r\nHost: a\r\n\r\n", "b.example", "80", "http://b.example/p?q")]
    [InlineData("GET HTTP://u:p@b.example:82/p HTTP/1.1\r\n\r\n", "b.example", "82", "http://REDACTED:REDACTED@b.example:82/p")]
    [InlineData("GET http://b.example HTTP/1.1\r\n\r\n", "b.example", "80", "http://b.example/")]
    [InlineData("GET http://b.example?q=1 HTTP/1.1\r\n\r\n", "b.example", "80", "http://b.example/?q=1")]
    [InlineData("CONNECT b.example:443 HTTP/1.1\r\nHost: x\r\n\r\n", "b.example", "443", "http://b.example:443")]
    [InlineData("OPTIONS * HTTP/1.1\r\nHost: a:81\r\n\r\n", "a", "81", "http://a:81")]
    [InlineData("GET /s?sig=abc&x=1 HTTP/1.1\r\nHost: a:81\r\n\r\n", "a", "81", "http://a:81/s?sig=REDACTED&x=1")]
    public void Client_knows_where_the_request_went(string request, string address, string port, string url)
    {
        var attributes = Client(request).Attributes();

        Assert.Equal((address, port, url), (attributes["server.address"], attributes["server.port"], attributes["url.full"]));
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\nHost: a.example\r\n\r\n", "a.example", "8080", "10.0.0.2", "http")]
    [InlineData("GET / HTTP/1.0\r\n\r\n", "10.0.0.1", "8080", "10.0.0.2", "http")]
    [InlineData(
        "GET / HTTP/1.1\r\nHost: in\r\nX-Forwarded-For: 198.51.100.7, 10.0.0.9\r\nX-Forwarded-Host: out:444\r\nX-Forwarded-Proto: https\r\n\r\n",
        "out", "444", "198.51.100.7", "https")]
    [InlineData("GET / HTTP/1.1\r\nHost: in\r\nX-Forwarded-Host: out\r\n\r\n", "out", null, "10.0.0.2", "http")]
    [InlineData(
        "GET / HTTP/1.1\r\nHost: in\r\nForwarded: for=\"[2001:db8::7]:4711\";proto=HTTPS; Host=out.example, for=10.1.1.1\r\nX-Forwarded-For: 9.9.9.9\r\n\r\n",
        "out.example", null, "2001:db8::7", "https")]
    [InlineData("GET / HTTP/1.1\r\nX-Forwarded-For: 2001:db8::8\r\nX-Forwarded-Proto: gopher\r\n\r\n", "10.0.0.1", "8080", "2001:db8::8", "http")]
    public void Server_knows_the_original_request(string request, string address, string? port, string client, string scheme)
    {
        var attributes = Server(request).Attributes();

        Assert.Equal(
            (address, port, client, scheme),
            (attributes["server.address"], attributes.GetValueOrDefault("server.port"), attributes["client.address"],
                attributes["url.scheme"]));
    }

    [Theory]
    [InlineData("GET /a HTTP/1.0\r\n\r\n", "", "1.0")]
    [InlineData("GET /a HTTP/1.1\n\n", "", "1.1")]
    [InlineData("GET /long-and-cut", "HTTP/1.1 200 OK\r\n", "1.1")]
    [InlineData("GET /long-and-cut", "", null)]
    [InlineData("GET /a HTTP/9.9\r\n\r\n", "", null)]
    public void Version_comes_from_the_request_or_else_the_response(string request, string response, string? version) =>
        Assert.Equal(
            version,
            Exchanges.Span(Exchanges.Event(Role.Server), request, response).Attributes().GetValueOrDefault("network.protocol.version"));

    [Theory]
    [InlineData("OPTIONS * HTTP/1.1\r\n\r\n", "OPTIONS *", "*")]
    [InlineData("CONNECT b:443 HTTP/1.1\r\n\r\n", "CONNECT", null)]
    [InlineData("GET http://h/users/17?x HTTP/1.1\r\n\r\n", "GET /users/*", "/users/17")]
    [InlineData("GET /users/lon", "GET /users/*", "/users/lon")]
    [InlineData("GET /a b/c HTTP/1.1\r\n\r\n", "GET /*/c", "/a b/c")]
    public void Forms_of_the_target_on_a_server(string request, string name, string? path)
    {
        var span = Server(request);

        Assert.Equal((name, path), (span.Name, span.Attributes().GetValueOrDefault("url.path")));
    }

    [Fact]
    public void Methods_can_be_configured()
    {
        var methods = new HttpMethods("PROPFIND, GET");

        Assert.Equal("PROPFIND /a", NameOf("PROPFIND /a HTTP/1.1\r\n\r\n"));
        Assert.Equal("HTTP /a", NameOf("POST /a HTTP/1.1\r\n\r\n"));

        string NameOf(string request) => Exchanges.Span(Exchanges.Event(Role.Server), request, methods: methods).Name;
    }

    private static Span Server(string request) => Exchanges.Span(Exchanges.Event(Role.Server), request);

    private static Span Client(string request) => Exchanges.Span(Exchanges.Event(Role.Client), request);
}
