// SPDX-License-Identifier: Apache-2.0
using Scenarios.Harness;

namespace Scenarios.Propagation;

/// <summary>Row P19: the context as a TCP option, from one host to another.</summary>
public sealed class P19TcpOptionTests : TwoHosts
{
    private const string Mode = "OTEL_EBPF_BPF_CONTEXT_PROPAGATION";

    [Theory]
    [InlineData(Route.Far, "obi")]
    [InlineData(Route.Far, "experiment")]
    [InlineData(Route.FarV6, "obi")]
    public void Each_request_of_a_kept_connection_is_the_parent_of_what_it_caused(string address, string format)
    {
        const int Count = 200;
        var recorder = new Recorder(Other, traced: true, address: address);
        using var near = Agent(Sandbox, "tcp", ("HILO_TCP_OPTION_FORMAT", format));
        using var far = Agent(Other, "tcp");

        Unchanged(TcpOptions.Gets(Count), recorder, address);
        near.Finish();
        far.Finish();

        TcpOptions.Linked(near, far, Count);
        Assert.Equal((Count, 0), (near.Counter("option_written"), near.Counter("skip_option_space")));
    }

    [Fact]
    public void Through_network_address_translation()
    {
        const int Count = 50;
        Route.Masquerade();
        var recorder = new Recorder(Other, traced: true);
        using var near = Agent(Sandbox, "tcp");
        using var far = Agent(Other, "tcp");

        Unchanged(TcpOptions.Gets(Count), recorder);
        near.Finish();
        far.Finish();

        TcpOptions.Linked(near, far, Count);
    }

    [Fact]
    public void Bodies_fill_whole_segments_around_it()
    {
        const int Count = 20;
        var talk = new Conversation();
        for (var i = 0; i < Count; i++)
        {
            var request = Request.Post($"/large?id={i}", Request.Body(100_000 + i, i));
            if (i % 2 == 0)
            {
                talk.Send(request);
            }
            else
            {
                talk.Put(request).Step($"send {request.HeadSize}").Step($"send {request.BodySize}").Step("receive 1");
            }
        }

        var recorder = new Recorder(Other, traced: true);
        using var near = Agent(Sandbox, "tcp");
        using var far = Agent(Other, "tcp");

        Unchanged(talk, recorder);
        near.Finish();
        far.Finish();

        TcpOptions.Linked(near, far, Count);
    }

    [Fact]
    public void One_percent_lost_and_what_is_sent_again_is_the_same()
    {
        const int Count = 500;
        const int Lost = Count / 100;
        Route.Forward("tcp dport 8080 meta length > 90 numgen inc mod 100 50 drop");
        var recorder = new Recorder(Other, traced: true);
        var capture = Route.Capture(Programs.BackendPort);
        using var near = Agent(Sandbox, "tcp");
        using var far = Agent(Other, "tcp");

        Unchanged(TcpOptions.Gets(Count), recorder);
        near.Finish();
        far.Finish();

        TcpOptions.Linked(near, far, Count);
        var sent = TcpOptions.Segments(capture).GroupBy(segment => segment.Sequence).ToArray();
        Assert.All(sent, same => Assert.Single(same.Select(segment => segment.Option).Distinct()));
        Assert.All(sent, same => Assert.NotEmpty(same.First().Option));
        Assert.InRange(sent.Count(same => same.Count() > 1), Lost, 2 * Lost);
        Assert.Equal(0, near.Counter("option_barred"));
    }

    [Fact]
    public void Decided_not_to_be_sampled()
    {
        const int Count = 30;
        var recorder = new Recorder(Other, traced: true);
        using var near = Agent(Sandbox, "tcp", ("OTEL_TRACES_SAMPLER", "always_off"));
        using var far = Agent(Other, "tcp");

        Unchanged(TcpOptions.Gets(Count), recorder);
        near.Finish();
        far.Finish();

        Assert.Empty(far.Spans);
        Assert.Equal((Count, Count), (near.Counter("unsampled"), far.Counter("unsampled")));
    }

    [Fact]
    public void Of_requests_that_get_a_header_only_those_that_cannot()
    {
        const int Count = 20;
        var talk = new Conversation();
        for (var i = 0; i < Count; i++)
        {
            var request = Request.Get($"/split?id={i}");
            talk.Put(request);
            talk.Step(i % 2 == 0 ? $"send {request.Size}" : $"send {request.Size - 1}").Step(i % 2 == 0 ? "sleep 0" : "send 1").Step("receive 1");
        }

        var recorder = new Recorder(Other, traced: true);
        using var near = Agent(Sandbox, "headers,tcp");
        using var far = Agent(Other, "headers,tcp");

        StartPlayer(talk, address: Route.Far).Finish();
        var added = Compare(talk, recorder);
        near.Finish();
        far.Finish();

        TcpOptions.Parented(near, far, Count);
        Assert.Equal(Count / 2, added.Count(context => context is not null));
        Assert.Equal((Count / 2, Count / 2), (near.Counter("injected"), near.Counter("skip_split")));
        Assert.Equal(Count / 2, far.Spans.Count(span => span.Attributes["hilo.link"] == "header"));
        Assert.Equal(Count / 2, far.Spans.Count(span => span.Attributes["hilo.link"] == "tcp_option"));
    }

    [Fact]
    public void A_proxy_whose_connections_are_kept_out_of_the_sockmap()
    {
        const int Count = 40;
        const int ProxyPort = 8000;
        _ = new Recorder(Other, traced: true);
        Sandbox.Serve(Programs.Proxy(ProxyPort, Programs.BackendPort, Sandbox.Folder, Route.Far), ProxyPort);
        using var near = Agent(Sandbox, "headers,tcp");
        using var far = Agent(Other, "headers,tcp");

        Sandbox.StartOutside(new ProgramStart(
            "curl", "-sS", "--fail", "-m", "20", "-o", "/dev/null", $"http://127.0.0.1:{ProxyPort}/size/300000?id=[1-{Count}]")).Finish();
        near.Finish();
        far.Finish();

        TcpOptions.Parented(near, far, Count);
        Assert.True(near.Counter("option_written") > 0, "nginx was never out of the sockmap");
    }

    [Fact]
    public void Java_that_asks_how_much_there_is()
    {
        const int Count = 40;
        _ = new Recorder(Other, traced: true);
        using var near = Agent(Sandbox, "headers,tcp");
        using var far = Agent(Other, "headers,tcp");

        Sandbox.Start(Programs.Client("java-urlconnection", $"http://{Route.Far}:{Programs.BackendPort}", Count, 0, "j", Sandbox.Folder)).Finish();
        near.Finish();
        far.Finish();

        TcpOptions.Parented(near, far, Count);
    }

    [Fact]
    public void Obi_puts_it_near_the_request()
    {
        _ = new Recorder(Other, traced: true);
        using var far = Agent(Other, "tcp");

        Route.SilenceResets(Sandbox.Network);
        Sandbox.StartOutside(new ProgramStart("/usr/bin/python3", "python/obi.py", Route.Far, $"{Programs.BackendPort}", Route.Near)).Finish(20);
        far.Finish();

        var parents = far.Spans.ToDictionary(span => span.Id, span => span.IsRoot ? 0 : Convert.FromHexString(span.ParentId)[0]);
        Assert.Equal(new Dictionary<string, int> { ["1"] = 1, ["2"] = 2, ["3"] = 3, ["4"] = 0, ["6"] = 0, ["7"] = 0 }, parents);
        Assert.Equal(1, far.Counter("unsampled"));
    }

    [Fact]
    public void Sent_one_byte_at_a_time()
    {
        const int Count = 20;
        var talk = new Conversation().Step("nodelay 1").Send(Request.Get("/bytes?id=0"));
        for (var i = 1; i < Count; i++)
        {
            talk.Send(Request.Get($"/bytes?id={i}"), "bytes");
        }

        var recorder = new Recorder(Other, traced: true);
        using var near = Agent(Sandbox, "tcp");
        using var far = Agent(Other, "tcp");

        Unchanged(talk, recorder);
        near.Finish();
        far.Finish();

        TcpOptions.Linked(near, far, Count);
    }

    [Fact]
    public void Other_protocols_carry_nothing()
    {
        var recorder = new Recorder(Other, traced: true);
        using var near = Agent(Sandbox, "tcp");
        using var far = Agent(Other, "tcp");
        var talk = new Conversation();
        for (var i = 0; i < 50; i++)
        {
            talk.Echo(Request.Body(1 + (i * 997), i) is var body && (body[0] = 0) == 0 ? body : []);
        }

        Unchanged(talk, recorder);
        near.Finish();
        far.Finish();

        Assert.Equal(0, near.Counter("option_written"));
    }

    private static Agent Agent(Sandbox sandbox, string mode, params (string Name, string? Value)[] settings) =>
        new(sandbox, [(Mode, mode), .. settings]);
}
