// SPDX-License-Identifier: Apache-2.0
using Agent.Control;
using Agent.Delivery;

namespace Agent.Tests.Control;

public sealed class AgentSampleTests
{
    private const string Metrics = """
        # HELP hilo_build_info Always 1.
        hilo_build_info{version="1.2.3"} 1
        hilo_spans_dropped_total{reason="ring_full"} 3
        hilo_spans_dropped_total{reason="queue_full"} 4
        hilo_spans_seen_total 1000
        nonsense
        """;

    [Fact]
    public void Figures_of_all_labels_are_added_and_what_is_no_figure_is_left_out()
    {
        var sample = AgentSample.Read(Metrics, "shop\t10\t1\t5\t0\t 8:10\nshop 10\nbad\tx\t1\t5\t0\t\n", 0);
        Assert.Equal(("1.2.3", 7, 1000, 0), (sample.Version, sample["hilo_spans_dropped_total"], sample["hilo_spans_seen_total"], sample["hilo_guard_state"]));
        var (name, figures) = Assert.Single(sample.Services);
        Assert.Equal(("shop", 10, 1, 5), (name, figures.Requests, figures.Errors, figures.Calls));
    }

    [Fact]
    public void The_busiest_come_first_as_many_as_fit_and_figures_that_were_begun_again_are_whole()
    {
        var terminal = new Terminal(true, false, () => (61, 10));
        var earlier = AgentSample.Read("", "a\t100\t0\t0\t0\t 1:100\nb\t1000\t0\t0\t0\t 1:1000\n", 0);
        var now = AgentSample.Read("", "a\t110\t5\t0\t0\t 1:110\nb\t40\t0\t0\t0\t 1:40\nc\t0\t0\t20\t0\t\nd\t0\t0\t0\t0\t\n", 2000);
        var lines = new TopTable(terminal).Draw(1, earlier, now).Split('\n');
        Assert.All(lines, line => Assert.InRange(line.Length, 0, 60));
        Assert.Matches("^b +20 +0.0 % ", lines[5]);
        Assert.Matches("^c +0 +- +- ", lines[6]);
        Assert.Matches("^a +5 +50.0 % ", lines[7]);
        Assert.Equal(["and 1 more", ""], lines[8..]);
    }
}
