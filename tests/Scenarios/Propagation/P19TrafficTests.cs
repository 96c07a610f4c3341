// SPDX-License-Identifier: Apache-2.0
using Scenarios.Harness;

namespace Scenarios.Propagation;

/// <summary>
/// Row P19 with traffic control: on the interface that is named, packets that TCP has finished get the option. Nothing but
/// the options differs from what TCP sent: every byte arrives, and every checksum is right.
/// </summary>
public sealed class P19TrafficTests : TwoHosts
{
    private const string Interface = "out";

    [Theory]
    [InlineData(Route.Far, "obi", "tcx")]
    [InlineData(Route.Far, "experiment", "tc")]
    [InlineData(Route.FarV6, "obi", "auto")]
    public void Each_request_of_a_kept_connection_is_the_parent_of_what_it_caused(string address, string format, string backend)
    {
        const int Count = 200;
        var recorder = new Recorder(Other, traced: true, address: address);
        using var near = Agent(("HILO_TCP_OPTION_FORMAT", format), ("OTEL_EBPF_BPF_TC_BACKEND", backend));
        using var far = FarAgent();

        Unchanged(TcpOptions.Gets(Count), recorder, address);
        Finish(near, far);

        TcpOptions.Linked(near, far, Count);
        Assert.Equal((Count, 0, 0), (near.Counter("option_written"), near.Counter("option_apart"), near.Counter("skip_option_space")));
    }

    [Theory]
    [InlineData(Route.Far, true, true, true)]
    [InlineData(Route.Far, true, false, false)]
    [InlineData(Route.Far, false, false, true)]
    [InlineData(Route.FarV6, false, true, false)]
    [InlineData(Route.FarV6, false, false, true)]
    public void Of_every_size_whatever_the_device_does_itself(string address, bool checksums, bool segments, bool timestamps)
    {
        int[] sizes = [0, 1, 700, 1340, 1359, 1360, 1361, 1372, 1373, 1400, 1420, 2000, 2900, 20_000, 65_000, 100_001, 400_000];
        foreach (var sandbox in (Sandbox[])[Sandbox, Other])
        {
            sandbox.Network.Set("ipv4/tcp_timestamps", timestamps ? "1" : "0");
        }

        Route.Offload(checksums, segments, Sandbox.Network, Other.Network);
        var talk = new Conversation();
        for (var i = 0; i < sizes.Length; i++)
        {
            talk.Send(Request.Post($"/sized?id={i}", Request.Body(sizes[i], i)));
        }

        var recorder = new Recorder(Other, traced: true, address: address);
        using var near = Agent();
        using var far = FarAgent();

        Unchanged(talk, recorder, address);
        Finish(near, far);

        TcpOptions.Linked(near, far, sizes.Length);
        Assert.InRange(near.Counter("option_apart"), 5, sizes.Length - 3);
    }

    [Fact]
    public void One_percent_lost_and_what_is_sent_again_is_the_same()
    {
        const int Count = 500;
        const int Lost = Count / 100;
        Route.Forward("tcp dport 8080 meta length > 90 numgen inc mod 100 50 drop");
        var recorder = new Recorder(Other, traced: true);
        var capture = Route.Capture(Programs.BackendPort);
        using var near = Agent();
        using var far = FarAgent();

        Unchanged(TcpOptions.Gets(Count), recorder);
        Finish(near, far);

        TcpOptions.Linked(near, far, Count);
        var sent = TcpOptions.Segments(capture).GroupBy(segment => segment.Sequence).ToArray();
        Assert.All(sent, same => Assert.Single(same.Select(segment => segment.Option).Distinct()));
        Assert.All(sent, same => Assert.NotEmpty(same.First().Option));
        Assert.InRange(sent.Count(same => same.Count() > 1), Lost, 2 * Lost);
        Assert.Equal(0, near.Counter("option_barred"));
    }

    // The segment that goes ahead of a large request may be lost without it: then the request is a root, and nothing else happens.
    [Fact]
    public void Large_requests_lose_segments_and_at_most_their_context()
    {
        const int Count = 60;
        Route.Forward("tcp dport 8080 meta length > 60 numgen inc mod 20 10 drop");
        var talk = new Conversation();
        for (var i = 0; i < Count; i++)
        {
            talk.Send(Request.Post($"/large?id={i}", Request.Body(1500 + (i * 500), i)));
        }

        var recorder = new Recorder(Other, traced: true);
        using var near = Agent();
        using var far = FarAgent();

        Unchanged(talk, recorder);
        Finish(near, far);

        Assert.Equal((Count, Count), (near.Spans.Count(span => span.IsClient), far.Spans.Count));
        Assert.InRange(far.Spans.Count(span => !span.IsRoot), Count * 3 / 4, Count);
        var clients = near.Spans.ToDictionary(span => span.SpanId);
        Assert.All(far.Spans.Where(span => !span.IsRoot), server => Assert.Equal(clients[server.ParentId].Id, server.Id));
        Assert.Equal((Count, 0), (near.Counter("option_apart"), near.Counter("option_barred")));
    }

    // What the packet holds is not always memory that TCP has copied.
    [Theory]
    [InlineData("sendfile")]
    [InlineData("splice")]
    [InlineData("zerocopy")]
    [InlineData("writev")]
    public void However_it_was_sent(string way)
    {
        const int Count = 20;
        var talk = new Conversation();
        for (var i = 0; i < Count; i++)
        {
            talk.Send(Request.Post($"/way?id={i}", Request.Body(i * 65, i)), way);
        }

        var recorder = new Recorder(Other, traced: true);
        using var near = Agent();
        using var far = FarAgent();

        Unchanged(talk, recorder);
        Finish(near, far);

        TcpOptions.Linked(near, far, Count);
    }

    // A filter that says "accept" ends the chain: what comes behind it would never run.
    [Theory]
    [InlineData("tcx", "plain", true)]
    [InlineData("tc", "plain", true)]
    [InlineData("tc", "plain", false)]
    [InlineData("tcx", "tcx", true)]
    [InlineData("tcx", "tcx", false)]
    [InlineData("tcx", "tcx-hides", true)]
    [InlineData("tcx", "tcx-first", false)]
    [InlineData("tc", "tcx-first", true)]
    public void Filters_of_a_neighbour_see_every_packet_and_hide_none(string backend, string kind, bool neighbourFirst)
    {
        const int Count = 100;
        var recorder = new Recorder(Other, traced: true);
        var neighbour = neighbourFirst ? Neighbour.Start(Sandbox, kind, Interface) : null;
        using var near = Agent(("OTEL_EBPF_BPF_TC_BACKEND", backend));
        neighbour ??= Neighbour.Start(Sandbox, kind, Interface);
        using var far = FarAgent();

        Unchanged(TcpOptions.Gets(Count).Send(Request.Post("/large", Request.Body(100_000))), recorder);
        Finish(near, far);
        var seen = neighbour.Stop();

        TcpOptions.Linked(near, far, Count + 1);
        Assert.True(seen["ingress"] > Count && seen["egress"] > Count, "its filters do not run");
        Assert.True(seen["acknowledged"] > 0, "its callbacks were taken away");
    }

    [Theory]
    [InlineData("tcx")]
    [InlineData("tc")]
    public void Gone_with_the_agent_and_there_again_with_the_next(string backend)
    {
        const int Count = 20;
        var recorder = new Recorder(Other, traced: true);
        using var far = FarAgent();
        using (var killed = Agent(("OTEL_EBPF_BPF_TC_BACKEND", backend)))
        {
            Unchanged(TcpOptions.Gets(Count), recorder);
            killed.Kill();
        }

        Unchanged(TcpOptions.Gets(Count), recorder);
        using var near = Agent(("OTEL_EBPF_BPF_TC_BACKEND", backend));
        Unchanged(TcpOptions.Gets(Count), recorder);
        Finish(near, far);

        Assert.Equal(2 * Count, far.Spans.Count(span => !span.IsRoot));
        Assert.Equal(Count, near.Counter("option_written"));
    }

    [Fact]
    public void OnOther_interfaces_tcp_writes_it()
    {
        const int Count = 20;
        var recorder = new Recorder(Other, traced: true);
        using var near = Agent(("HILO_TC_INTERFACES", "eth*, wlan{0,1}"));
        using var far = FarAgent();

        Unchanged(TcpOptions.Gets(Count).Send(Request.Post("/large", Request.Body(100_000))), recorder);
        Finish(near, far);

        TcpOptions.Linked(near, far, Count + 1);
        Assert.Equal(0, near.Counter("option_apart"));
    }

    [Fact]
    public void Dropped_it_is_sent_without_and_never_again()
    {
        const int Count = 10;
        Route.Forward("tcp option 25 exists drop");
        var (near, far) = PlayOneByOne(Count);

        TcpOptions.Unlinked(far, Count);
        Assert.Equal((1, 1), (near.Counter("option_written"), near.Counter("option_barred")));
    }

    [Fact]
    public void Answered_by_a_reset_it_is_never_sent_again()
    {
        const int Count = 5;
        Route.Forward("tcp option 25 exists reject with tcp reset");
        _ = new Recorder(Other, traced: true);
        using var near = Agent();
        using var far = FarAgent();

        var codes = StatusOfSix();
        Finish(near, far);

        Assert.Equal(["000", .. Enumerable.Repeat("200", Count)], codes);
        TcpOptions.Unlinked(far, Count);
        Assert.Equal((1, 1), (near.Counter("option_written"), near.Counter("option_barred")));
    }

    [Fact]
    public void Stripped_it_is_given_up_when_nobody_answers()
    {
        const int Count = 6;
        Route.Forward("tcp dport 8080 reset tcp option 253");
        var (near, far) = PlayOneByOne(Count, ("HILO_TCP_OPTION_FORMAT", "experiment"));

        TcpOptions.Unlinked(far, Count);
        Assert.Equal((3, 1), (near.Counter("option_written"), near.Counter("option_stripped")));
    }

    // An exclusive program on a cgroup: the kernel refuses all others there.
    [Theory]
    [InlineData(Route.Far, "obi")]
    [InlineData(Route.FarV6, "experiment")]
    public void Without_sock_ops_on_either_side(string address, string format)
    {
        const int Count = 50;
        const int Connections = 6;
        var neighbours = (Neighbour[])[Neighbour.Start(Sandbox, "exclusive"), Neighbour.Start(Other, "exclusive")];
        var recorder = new Recorder(Other, traced: true, address: address);
        using var near = Agent(("HILO_TC_INTERFACES", null), ("HILO_TCP_OPTION_FORMAT", format));
        using var far = FarAgent();

        var talk = TcpOptions.OneByOne(Connections);
        for (var i = 1; i < Count; i++)
        {
            talk.Send(Request.Get($"/kept?id={i}"));
        }

        Unchanged(talk.Send(Request.Post("/large?id=l", Request.Body(100_000))), recorder, address);
        Finish(near, far);
        Assert.All((Agent[])[near, far], agent => Assert.Contains("followed by a tracepoint", agent.Program.Errors, StringComparison.Ordinal));
        Array.ForEach(neighbours, neighbour => neighbour.Stop());

        TcpOptions.Linked(near, far, Connections + Count);
        Assert.Equal((Connections + Count, 1, 0), (near.Counter("option_written"), near.Counter("option_apart"), near.Counter("option_stripped")));
    }

    [Theory]
    [InlineData("curl", "python", 200)]
    [InlineData("curl", "python", 50_000)]
    [InlineData("python-http.client", "nginx", 0)]
    public void Programs_of_every_day(string client, string server, int size)
    {
        const int Count = 20;
        var start = Programs.Server(server, Programs.BackendPort, Other.Folder);
        Other.Serve(server == "python" ? start with { Command = [.. start.Command, "0.0.0.0"] } : start, Programs.BackendPort);
        using var near = Agent();
        using var far = FarAgent();

        Sandbox.Start(Programs.Client(client, $"http://{Route.Far}:{Programs.BackendPort}", Count, size, "p", Sandbox.Folder)).Finish();
        Finish(near, far);

        TcpOptions.Parented(near, far, Count);
    }

    private Agent Agent(params (string Name, string? Value)[] settings) =>
        new(Sandbox, [("OTEL_EBPF_BPF_CONTEXT_PROPAGATION", "tcp"), ("HILO_TC_INTERFACES", Interface), .. settings]);

    private Agent FarAgent() => new(Other, ("OTEL_EBPF_BPF_CONTEXT_PROPAGATION", "tcp"));

    private void Finish(Agent near, Agent far)
    {
        near.Finish();
        far.Finish();
        Assert.Equal((0, 0), (Other.Network.Count("Tcp", "InCsumErrors"), Other.Network.Count("Ip", "InHdrErrors")));
        Assert.Equal(0, near.Counter("skip_option_grow"));
    }

    private (Agent Near, Agent Far) PlayOneByOne(int count, params (string Name, string? Value)[] settings)
    {
        var recorder = new Recorder(Other, traced: true);
        using var near = Agent(settings);
        using var far = FarAgent();
        Unchanged(TcpOptions.OneByOne(count), recorder);
        Finish(near, far);
        return (near, far);
    }
}
