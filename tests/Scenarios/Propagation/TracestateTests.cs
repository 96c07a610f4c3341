// SPDX-License-Identifier: Apache-2.0
using Scenarios.Harness;

namespace Scenarios.Propagation;

/// <summary>W3C Trace Context and Baggage for services that know nothing of them: what came with a request goes on with those sent for it.</summary>
public sealed class TracestateTests : Scenario
{
    private const string Context = "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    /// <summary>Incoming lines; what must go on, null for nothing.</summary>
    public static TheoryData<string[], string?> Lists => new()
    {
        { ["tracestate: rojo=00f067aa0ba902b7,congo=t61rcWkgMzE"], "rojo=00f067aa0ba902b7,congo=t61rcWkgMzE" },
        { ["TraceState:  a=1 , b=2\t"], "a=1 , b=2" },
        { ["tracestate: a=1", "tracestate: b=2,c=3", "tracestate: d=4"], "a=1,b=2,c=3,d=4" },
        { ["tracestate: fw529a3039@dt=FfAf;x:y~z,0key/_-*=ok"], "fw529a3039@dt=FfAf;x:y~z,0key/_-*=ok" },
        { ["tracestate: " + Members(32)], Members(32) },
        { ["tracestate: k=" + new string('v', 256) + ",l=" + new string('w', 251)], "k=" + new string('v', 256) + ",l=" + new string('w', 251) },
        { ["tracestate: " + Members(33)], null },
        { ["tracestate: k=" + new string('v', 256) + ",l=" + new string('w', 252)], null },
        { ["tracestate: k=" + new string('v', 257)], null },
        { ["tracestate: Upper=1"], null },
        { ["tracestate: a=b=c"], null },
        { ["tracestate: a"], null },
        { ["tracestate: a=1,=2"], null },
        { ["tracestate: a b=1"], null },
        { ["tracestate: a=1", "tracestate: b\u00e9=2"], null },
    };

    [Theory]
    [MemberData(nameof(Lists))]
    public void A_valid_list_goes_on_whole_and_another_not_at_all(string[] incoming, string? expected)
    {
        using var hop = new OneHop(Sandbox);

        var lines = hop.Pass([Context, .. incoming]);
        hop.Agent.Finish();

        Assert.Equal(expected, OneHop.Value(lines, "tracestate"));
        Assert.NotNull(OneHop.Value(lines, "traceparent"));
        Assert.Equal(expected ?? "", hop.Server.TraceState);
        Assert.Equal(expected is null ? 1 : 0, hop.Agent.Counter("carry_dropped"));
    }

    [Theory]
    [InlineData("traceparent: nonsense")]
    [InlineData("X-Nothing: 1")]
    public void Without_a_valid_traceparent_it_means_nothing(string context)
    {
        using var hop = new OneHop(Sandbox);

        var lines = hop.Pass(context, "tracestate: a=1", "baggage: user=7");
        hop.Agent.Finish();

        Assert.Null(OneHop.Value(lines, "tracestate"));
        Assert.Equal("user=7", OneHop.Value(lines, "baggage"));
    }

    [Theory]
    [InlineData(900)]
    [InlineData(1015)]
    [InlineData(1016)]
    [InlineData(1024)]
    [InlineData(1025)]
    [InlineData(5000)]
    [InlineData(8192)]
    public void Baggage_goes_on_as_it_came(int size)
    {
        using var hop = new OneHop(Sandbox);
        var baggage = "id=" + new string('x', size - 20) + ";p=1 , b=%20";

        var lines = hop.Pass(Context, "baggage: " + baggage);
        hop.Agent.Finish();

        Assert.Equal(baggage, OneHop.Value(lines, "baggage"));
        Assert.NotNull(OneHop.Value(lines, "traceparent"));
    }

    [Fact]
    public void Baggage_in_several_lines_becomes_one()
    {
        using var hop = new OneHop(Sandbox);
        var lists = new[] { "a=1", "b=" + new string('y', 3000), "c=3", "d=" + new string('z', 3000) };

        var lines = hop.Pass([Context, .. lists.Select(list => "Baggage:  " + list + " ")]);
        hop.Agent.Finish();

        Assert.Equal(string.Join(',', lists), OneHop.Value(lines, "baggage"));
    }

    [Fact]
    public void Baggage_beyond_what_is_asked_for_is_dropped_whole()
    {
        using var hop = new OneHop(Sandbox);

        var lines = hop.Pass(Context, "baggage: a=1", "baggage: b=" + new string('y', 8188));
        hop.Agent.Finish();

        Assert.Null(OneHop.Value(lines, "baggage"));
        Assert.NotNull(OneHop.Value(lines, "traceparent"));
        Assert.Equal(1, hop.Agent.Counter("carry_dropped"));
    }

    [Fact]
    public void What_is_not_configured_does_not_go_on()
    {
        using var hop = new OneHop(Sandbox, ("OTEL_PROPAGATORS", "b3"));

        var lines = hop.Pass(Context, "tracestate: a=1", "baggage: user=7");
        hop.Agent.Finish();

        Assert.Null(OneHop.Value(lines, "tracestate"));
        Assert.Null(OneHop.Value(lines, "baggage"));
        Assert.NotNull(OneHop.Value(lines, "b3"));
    }

    [Fact]
    public void It_does_not_go_on_with_the_next_request()
    {
        using var hop = new OneHop(Sandbox);

        var first = hop.Pass(Context, "tracestate: a=1", "baggage: b=2");
        var second = hop.Pass(Context);
        hop.Agent.Finish();

        Assert.Equal("a=1", OneHop.Value(first, "tracestate"));
        Assert.Null(OneHop.Value(second, "tracestate"));
        Assert.Null(OneHop.Value(second, "baggage"));
    }

    private static string Members(int count) => string.Join(',', Enumerable.Range(0, count).Select(i => $"m{i}=x"));
}
