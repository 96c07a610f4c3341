// SPDX-License-Identifier: Apache-2.0
using Scenarios.Harness;

namespace Scenarios.Propagation;

/// <summary>Row P19: what stands in the way of a TCP option, and that it is left alone from then on.</summary>
public sealed class P19MiddleboxTests : TwoHosts
{
    private const string Strip = "tcp dport 8080 reset tcp option 25; iifname \"near\" tcp dport 8080 reset tcp option 253";

    [Fact]
    public void Stripped_from_the_first_one_on_nothing_happens()
    {
        const int Count = 20;
        Route.Forward(Strip);
        var (near, far) = Play(TcpOptions.OneByOne(Count), new Recorder(Other, traced: true));

        TcpOptions.Unlinked(far, Count);
        Assert.Equal((Count, 0, 0), (near.Counter("option_written"), near.Counter("option_barred"), near.Counter("option_stripped")));
    }

    [Fact]
    public void A_format_that_every_reader_answers_is_given_up_when_nobody_does()
    {
        const int Count = 6;
        Route.Forward(Strip);
        var (near, far) = Play(TcpOptions.OneByOne(Count), new Recorder(Other, traced: true), "experiment");

        TcpOptions.Unlinked(far, Count);
        Assert.Equal((3, 1), (near.Counter("option_written"), near.Counter("option_stripped")));
    }

    [Theory]
    [InlineData("obi")]
    [InlineData("experiment")]
    public void A_format_that_is_answered_is_kept(string format)
    {
        const int Count = 6;
        var (near, far) = Play(TcpOptions.OneByOne(Count), new Recorder(Other, traced: true), format);

        Assert.All(far.Spans, span => Assert.Equal("tcp_option", span.Attributes["hilo.link"]));
        Assert.Equal((Count, 0), (near.Counter("option_written"), near.Counter("option_stripped")));
    }

    [Fact]
    public void Stripped_after_it_was_answered_it_is_given_up()
    {
        const int Before = 2;
        var gate = Sandbox.PathOf("gate");
        var talk = TcpOptions.OneByOne(Before);
        talk.Step("pause");
        for (var i = 0; i < 6; i++)
        {
            talk.Reconnect().Send(Request.Get($"/after?id={i}")).Step("sleep 50");
        }

        var recorder = new Recorder(Other, traced: true);
        using var near = Agent(Sandbox, "obi");
        using var far = Agent(Other, "obi");
        var player = StartPlayer(talk, address: Route.Far, gate: gate);
        near.Program.WaitFor(() => near.Counter("option_written") == Before, "first options");
        Route.Forward(Strip);
        File.WriteAllText(gate, "");
        player.Finish();
        Assert.All(Compare(talk, recorder), Assert.Null);
        near.Finish();
        far.Finish();

        Assert.Equal((Before + 3, 1), (near.Counter("option_written"), near.Counter("option_stripped")));
    }

    [Fact]
    public void Dropped_it_is_sent_without_and_never_again()
    {
        const int Count = 10;
        Route.Forward("tcp option 25 exists drop");
        var (near, far) = Play(TcpOptions.OneByOne(Count), new Recorder(Other, traced: true));

        TcpOptions.Unlinked(far, Count);
        Assert.Equal((1, 1), (near.Counter("option_written"), near.Counter("option_barred")));
    }

    [Fact]
    public void Answered_by_a_reset_it_is_never_sent_again()
    {
        const int Count = 5;
        Route.Forward("tcp option 25 exists reject with tcp reset");
        _ = new Recorder(Other, traced: true);
        using var near = Agent(Sandbox, "obi");
        using var far = Agent(Other, "obi");

        var codes = StatusOfSix();
        near.Finish();
        far.Finish();

        Assert.Equal(["000", .. Enumerable.Repeat("200", Count)], codes);
        TcpOptions.Unlinked(far, Count);
        Assert.Equal((1, 1), (near.Counter("option_written"), near.Counter("option_barred")));
    }

    private (Agent Near, Agent Far) Play(Conversation talk, Recorder recorder, string format = "obi")
    {
        using var near = Agent(Sandbox, format);
        using var far = Agent(Other, format);
        Unchanged(talk, recorder);
        near.Finish();
        far.Finish();
        return (near, far);
    }

    private static Agent Agent(Sandbox sandbox, string format) =>
        new(sandbox, ("OTEL_EBPF_BPF_CONTEXT_PROPAGATION", "tcp"), ("HILO_TCP_OPTION_FORMAT", format));
}
