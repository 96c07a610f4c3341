// SPDX-License-Identifier: Apache-2.0
using System.Globalization;
using Scenarios.Harness;

namespace Scenarios.Lifecycle;

/// <summary>Row O01: processes that live for milliseconds, fork, execute and reuse their numbers.</summary>
public sealed class O01ShortLivesTests : Scenario
{
    private const string Url = "http://127.0.0.1:8080/short?id=";

    [Fact]
    public void A_process_of_a_few_milliseconds_is_known_by_its_own_name()
    {
        const int Count = 100;
        var (added, agent) = Trace(new ProgramStart("sh", "-c",
            $"i=0; while [ $i -lt {Count} ]; do OTEL_SERVICE_NAME=short-$i curl -sS --fail -o /dev/null {Url}$i || exit 1; i=$((i+1)); done"));

        Assert.DoesNotContain(null, added);
        Assert.Equal(Count, agent.Spans.Count);
        Assert.All(agent.Spans, span => Assert.Equal("short-" + span.Id, span.Service));
    }

    [Fact]
    public void A_process_is_traced_from_its_first_instruction()
    {
        const int Count = 50;
        var recorder = new Recorder(Sandbox, traced: false);
        using var agent = new Agent(Sandbox);
        for (var i = 0; i < Count; i++)
        {
            var start = new ProgramStart(Build.C("forker"), "8080", "once", $"{i}").Named($"fresh-{i}");
            start.Environment["LARGE"] = new string('x', i * 1000);
            Sandbox.Start(start).Finish();
        }

        agent.Finish();
        var received = recorder.Take().SelectMany(bytes => bytes).ToArray();

        Assert.Equal(Enumerable.Range(0, Count).Select(i => $"{i}").Order(), agent.Spans.Select(span => span.Id).Order());
        Assert.All(agent.Spans, span => Assert.Equal("fresh-" + span.Id, span.Service));
        Assert.Equal(agent.Spans.Select(span => span.SpanId).Order(), TraceParent.ReadAll(received).Select(context => context.SpanId).Order());
        Assert.Equal(Count, agent.Counter("injected"));
    }

    // Found by looking, because its parent is new, and told of by the kernel: what the first of both took it for is let go after 5 s.
    [Fact]
    public void A_program_that_a_new_one_has_started_is_known_for_as_long_as_it_runs()
    {
        var urls = string.Join(' ', Enumerable.Range(0, 7).Select(i => $"'{Url}{i}'"));
        var (_, agent) = Trace(new ProgramStart("sh", "-c", $"wget -q -O /dev/null --wait=1 {urls} & exec sleep 8"));

        Assert.Equal(Enumerable.Repeat("wget", 7), agent.Spans.Select(span => span.Service));
    }

    [Fact]
    public void Without_a_name_of_its_own_a_process_is_called_after_its_program()
    {
        var (_, agent) = Trace(new ProgramStart("sh", "-c", $"curl -sS -o /dev/null {Url}curl; wget -q -O /dev/null {Url}wget"));

        Assert.Equal(["curl", "wget"], agent.Spans.Select(span => span.Service).Order());
        Assert.All(agent.Spans, span => Assert.Equal(span.Id, span.Service));
    }

    [Fact]
    public void A_thousand_forks_each_are_seen_as_the_process_they_are()
    {
        const int Count = 1000;
        var (added, agent) = Trace(new ProgramStart(Build.C("forker"), "8080", "fork", $"{Count}").Named("forker"));

        Assert.DoesNotContain(null, added);
        Assert.Equal(Count, agent.Spans.Count);
        Assert.All(agent.Spans, span => Assert.Equal((span.Id, "forker"), (span.Attributes["process.pid"], span.Service)));
        Assert.Equal(0, agent.Counter("targets_full"));
        Assert.Equal(0, agent.Counter("process_events_lost"));
    }

    [Fact]
    public void A_chain_of_programs_in_one_process_ends_with_the_last_one()
    {
        const int Count = 20;
        var (added, agent) = Trace(new ProgramStart("sh", "-c",
            $"i=0; while [ $i -lt {Count} ]; do export i; sh -c 'exec sh -c \"exec env OTEL_SERVICE_NAME=last-$i curl -sS --fail -o /dev/null {Url}$i\"' || exit 1; i=$((i+1)); done"));

        Assert.DoesNotContain(null, added);
        Assert.Equal(Count, agent.Spans.Count);
        Assert.All(agent.Spans, span => Assert.Equal("last-" + span.Id, span.Service));
    }

    [Fact]
    public void A_reused_process_number_is_another_process()
    {
        const int Count = 20;
        var (added, agent) = Trace(new ProgramStart(
            Build.C("forker"), "8080", "reuse", $"{Count}", "sh", "-c", $"exec curl -sS --fail -o /dev/null {Url}$LIFE"));

        Assert.DoesNotContain(null, added);
        Assert.Equal(Count, agent.Spans.Count);
        Assert.Single(agent.Spans.Select(span => span.Attributes["process.pid"]).Distinct());
        Assert.All(agent.Spans, span => Assert.Equal("life-" + span.Id, span.Service));
    }

    [Fact]
    public void Nothing_piles_up()
    {
        _ = new Recorder(Sandbox, traced: false);
        using var agent = new Agent(Sandbox);
        var forker = new ProgramStart(Build.C("forker"), "8080", "fork", "1000").Named("forker");
        Sandbox.Start(forker).Finish();
        var before = ResidentKilobytes(agent);

        for (var i = 0; i < 5; i++)
        {
            Sandbox.Start(forker).Finish();
        }

        var after = ResidentKilobytes(agent);
        agent.Finish();
        Assert.Equal(6000, agent.Spans.Count);
        Assert.True(after - before < 2048, $"{before} kB of memory became {after} kB after 5,000 processes");
    }

    private (List<TraceParent?> Added, Agent Agent) Trace(ProgramStart start)
    {
        var recorder = new Recorder(Sandbox, traced: false);
        using var agent = new Agent(Sandbox);
        Sandbox.Start(start).Finish();
        agent.Finish();
        byte[] received = [.. recorder.Take().SelectMany(bytes => bytes)];
        var spans = agent.Spans.Select(span => span.SpanId).ToHashSet();
        var added = TraceParent.ReadAll(received);
        Assert.All(added, context => Assert.Contains(context.SpanId, spans));
        return ([.. added, .. Enumerable.Repeat<TraceParent?>(null, Wire.FindHeads(received).Count - added.Count)], agent);
    }

    private static int ResidentKilobytes(Agent agent) => int.Parse(
        File.ReadLines($"/proc/{agent.Program.Pid}/status").First(line => line.StartsWith("RssAnon:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1],
        CultureInfo.InvariantCulture);
}
