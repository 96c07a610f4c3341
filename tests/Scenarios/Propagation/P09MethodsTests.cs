// SPDX-License-Identifier: Apache-2.0
using System.Text;
using Scenarios.Harness;

namespace Scenarios.Propagation;

/// <summary>Rows P09 and P10: unusual targets and methods, interim answers, and connections that become tunnels.</summary>
public sealed class P09MethodsTests : Scenario
{
    // What goes through a tunnel may look like anything, also like a request.
    private static readonly byte[] TunnelBytes = [.. Encoding.ASCII.GetBytes("GET /inside HTTP/1.1\r\nHost: x\r\n\r\n"), .. Request.Body(2000)];

    [Fact]
    public void Any_method_and_form_of_target_makes_the_right_span()
    {
        string[] known = ["GET", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"];
        string[] others = ["PROPFIND", "PROPPATCH", "MKCOL", "COPY", "MOVE", "LOCK", "UNLOCK", "REPORT", "VERSION-CONTROL"];
        (string Method, string Target, string Path)[] cases =
        [
            ("GET", "http://service:8080/absolute?id=1", "/absolute"), ("OPTIONS", "*", "*"),
            .. known.Select(method => (method, $"/{method}?id=1", $"/{method}")), .. others.Select(method => (method, $"/{method}?id=1", $"/{method}")),
        ];
        var talk = new Conversation();
        foreach (var (method, target, _) in cases)
        {
            talk.Send(Request.Of(method, target));
        }

        var (added, agent) = PlayTraced(talk);

        Assert.DoesNotContain(null, added);
        foreach (var ((method, _, path), context) in cases.Zip(added))
        {
            var expected = others.Contains(method) ? ("_OTHER", method) : (method, null);
            var client = Assert.Single(agent.Spans, span => span.IsClient && span.SpanId == context!.SpanId);
            var server = Assert.Single(agent.Spans, span => span.IsServer && span.ParentId == client.SpanId);
            Assert.Equal((expected, path), (Methods(server), server.Path));
            Assert.Equal(expected, Methods(client));
        }
    }

    [Fact]
    public void Head_has_no_body_to_wait_for()
    {
        var talk = new Conversation();
        for (var i = 0; i < 5; i++)
        {
            var head = Request.Of("HEAD", $"/size/1000?id={i}");
            talk.Put(head).Step($"send {head.Size}").Step("bodyless 1").Send(Request.Get($"/size/1000?id=after-{i}"));
        }

        var (added, agent) = PlayTraced(talk);

        Assert.DoesNotContain(null, added);
        Assert.Equal(10, agent.Spans.Count(span => span.IsClient && span.StatusCode == 200));
        Assert.Equal(10, agent.Spans.Count(span => span.IsServer && span.StatusCode == 200));
    }

    [Fact]
    public void Connect_opens_a_tunnel_that_is_not_touched()
    {
        var connect = Request.Of("CONNECT", "service:443");
        var talk = new Conversation().Send(Request.Get("/before"))
            .Put(connect).Step($"send {connect.Size}").Step("bodyless 1").Echo(TunnelBytes).Echo(TunnelBytes);

        var (_, agent) = PlayTraced(talk);

        var span = Assert.Single(agent.Spans, span => span.IsClient && span.Attributes["http.request.method"] == "CONNECT");
        Assert.Equal(200, span.StatusCode);
        Assert.Equal(2, agent.Spans.Count(other => other.IsClient));
        Assert.Equal(2, agent.Spans.Count(other => other.IsServer));
    }

    [Fact]
    public void An_upgrade_opens_a_tunnel_that_is_not_touched()
    {
        var talk = new Conversation().Send(Request.Get("/before"))
            .Send(Request.Get("/upgrade", "Upgrade: websocket", "Connection: Upgrade")).Echo(TunnelBytes).Echo(TunnelBytes);

        var (added, agent) = PlayTraced(talk);

        Assert.DoesNotContain(null, added);
        Assert.Equal(101, Assert.Single(agent.Spans, span => span.IsClient && span.Path == "/upgrade").StatusCode);
        Assert.Equal(101, Assert.Single(agent.Spans, span => span.IsServer && span.Path == "/upgrade").StatusCode);
        Assert.Equal(4, agent.Spans.Count);
    }

    [Fact]
    public void Interim_answers_are_not_the_answer()
    {
        var talk = new Conversation().Step("nodelay 1");
        for (var i = 0; i < 5; i++)
        {
            var post = Request.Post($"/status/201?id={i}", Request.Body(500), "Expect: 100-continue");
            talk.Put(post).Step($"send {post.HeadSize}").Step("read 25").Step($"send {post.BodySize}").Step("receive 1");
            talk.Send(Request.Get($"/hints?id={i}"));
        }

        var (added, agent) = PlayTraced(talk);

        Assert.DoesNotContain(null, added);
        Assert.Equal(10, agent.Spans.Count(span => span.Path == "/status/201" && span.StatusCode == 201));
        Assert.Equal(10, agent.Spans.Count(span => span.Path == "/hints" && span.StatusCode == 200));
        Assert.Equal(20, agent.Spans.Count);
    }

    [Fact]
    public void Answers_of_every_shape_end_where_they_end()
    {
        string[] paths = ["/status/204", "/status/304", "/status/404", "/status/500", "/chunked/20000", "/size/0", "/size/300000", "/bytewise", "/slow/50", "/close"];
        var talk = new Conversation();
        foreach (var path in paths)
        {
            talk.Send(Request.Get(path));
        }

        var (added, agent) = PlayTraced(talk);

        Assert.DoesNotContain(null, added);
        Assert.Equal(paths, agent.Spans.Where(span => span.IsClient).OrderBy(span => span.Start).Select(span => span.Path));
        Assert.Equal(paths, agent.Spans.Where(span => span.IsServer).OrderBy(span => span.Start).Select(span => span.Path));
        Assert.True(agent.Spans.Single(span => span is { IsServer: true, Path: "/slow/50" }) is var slow && slow.End - slow.Start >= 50_000_000);
        Assert.All(agent.Spans.Where(span => span.Path == "/size/300000"), span => Assert.Equal("300000", span.Attributes["http.response.body.size"]));
    }

    private static (string, string?) Methods(Span span) =>
        (span.Attributes["http.request.method"], span.Attributes.GetValueOrDefault("http.request.method_original"));

    private (List<TraceParent?> Added, Agent Agent) PlayTraced(Conversation talk)
    {
        var recorder = new Recorder(Sandbox, traced: true);
        using var agent = new Agent(Sandbox);
        var added = Play(talk, recorder);
        agent.Finish();
        return (added, agent);
    }
}
