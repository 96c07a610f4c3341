// SPDX-License-Identifier: Apache-2.0
using System.Runtime.CompilerServices;
using System.Text;
using Agent.Contract;
using Agent.Delivery;
using Agent.Tests.Tracing;
using Agent.Tracing;

namespace Agent.Tests.Delivery;

public class TreePrinterTests
{
    private readonly ManualTime _time = new();
    private readonly StringBuilder _output = new();

    [Theory]
    [InlineData(110)]
    [InlineData(80)]
    [InlineData(60)]
    [InlineData(40)]
    public void Finished_trace_is_drawn_as_a_tree(int width)
    {
        var printer = new TreePrinter(Spans.Plain(width), _time);
        AddChain(printer);
        Advance(printer, 300);

        AssertGolden($"chain-{width}");
        Assert.Equal((6, false), (printer.Shown, printer.IsWaiting));
    }

    [Theory]
    [InlineData(110)]
    [InlineData(60)]
    public void Calls_are_shown_with_their_names_and_their_own_status(int width)
    {
        var printer = new TreePrinter(Spans.Plain(width), _time);
        Add(printer, Spans.Server("edge", 1, 0, 0, 12, "GET /orders/42 HTTP/2\r\nhost: shop\r\n\r\n", 500));
        Add(printer, Call(Role.Client, "edge", 2, 1, 1, 4, grpcStatus: 0));
        Add(printer, Call(Role.Server, "orders", 3, 2, 2, 2, grpcStatus: 0));
        Add(printer, Call(Role.Client, "edge", 4, 1, 6, 5, grpcStatus: 14));
        Add(printer, Call(Role.Server, "orders", 5, 4, 7, 3, grpcStatus: null));
        Advance(printer, 300);

        AssertGolden($"calls-{width}");

        static byte[] Call(Role role, string service, ulong id, ulong parent, double startMs, double durationMs, int? grpcStatus)
        {
            var e = Exchanges.Call(role, grpcStatus);
            e.Outcome = grpcStatus is null ? Outcome.Reset : Outcome.Complete;
            e.ResetCode = 8;
            return Spans.Encode(e, service, id, parent, startMs, durationMs, Exchanges.CallHead);
        }
    }

    [Fact]
    public void Terminal_gets_colours()
    {
        var printer = new TreePrinter(new Terminal(true, true, () => (100, 25)), _time);
        AddChain(printer);
        Advance(printer, 300);

        AssertGolden("chain-colour");
    }

    [Fact]
    public void Lines_never_exceed_the_width()
    {
        for (var width = 40; width < 200; width += 7)
        {
            _output.Clear();
            var printer = new TreePrinter(Spans.Plain(width), _time);
            AddChain(printer);
            Advance(printer, 300);

            Assert.All(_output.ToString().Split('\n'), line => Assert.InRange(line.Length, 0, width));
        }
    }

    [Fact]
    public void Random_traces_are_drawn_whole_within_the_width()
    {
        var random = new Random(11);
        for (var round = 0; round < 100; round++)
        {
            _output.Clear();
            var width = random.Next(40, 160);
            var printer = new TreePrinter(Spans.Plain(width), _time);
            var count = random.Next(1, 60);
            for (var id = 1; id <= count; id++)
            {
                // Often a chain: depth is what narrow screens suffer from.
                var parent = (ulong)(random.Next(3) == 0 ? random.Next(id) : id - 1);
                var service = new string('s', random.Next(1, 30));
                var (start, duration) = (random.NextDouble() * 100, random.Next(3) == 0 ? 0 : random.NextDouble() * 50);
                Add(printer, Spans.Server(service, (ulong)id, parent, start, duration, "GET /a/b/c HTTP/1.1\r\n\r\n"));
            }

            printer.Advance(isLast: true, _output);
            var lines = _output.ToString().Split('\n');

            Assert.Equal(count + 3, lines.Length);
            Assert.All(lines, line => Assert.InRange(line.Length, 0, width));
        }
    }

    [Fact]
    public void Nothing_is_drawn_while_spans_keep_coming()
    {
        var printer = new TreePrinter(Spans.Plain(80), _time);
        Add(printer, Spans.Server("a", 1, 0, 0, 10, "GET / HTTP/1.1\r\n\r\n"));
        Advance(printer, 299);
        Add(printer, Spans.Server("b", 2, 1, 0, 10, "GET / HTTP/1.1\r\n\r\n"));
        Advance(printer, 299);
        Assert.Equal("", _output.ToString());

        Advance(printer, 1);
        Assert.Contains("2 services  2 spans", _output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Trace_without_its_root_is_drawn_after_two_seconds()
    {
        var printer = new TreePrinter(Spans.Plain(80), _time);
        Add(printer, Spans.Server("a", 2, 1, 0, 10, "GET / HTTP/1.1\r\n\r\n"));
        Advance(printer, 1999);
        Assert.Equal("", _output.ToString());

        Advance(printer, 1);
        Assert.NotEqual("", _output.ToString());
    }

    [Fact]
    public void Trace_that_never_rests_is_drawn_two_seconds_after_its_root()
    {
        var printer = new TreePrinter(Spans.Plain(80), _time);
        Add(printer, Spans.Server("a", 1, 0, 0, 10, "GET / HTTP/1.1\r\n\r\n"));
        for (ulong i = 2; printer.Shown == 0 && i < 100; i++)
        {
            Advance(printer, 200);
            Add(printer, Spans.Server("b", i, 1, 0, 10, "GET / HTTP/1.1\r\n\r\n"));
        }

        Assert.Equal(10, printer.Shown);
    }

    [Fact]
    public void Rest_is_drawn_at_the_end()
    {
        var printer = new TreePrinter(Spans.Plain(80), _time);
        Add(printer, Spans.Server("a", 2, 1, 0, 10, "GET / HTTP/1.1\r\n\r\n"));
        printer.Advance(isLast: true, _output);

        Assert.Equal((1, false), (printer.Shown, printer.IsWaiting));
    }

    [Fact]
    public void Too_many_traces_are_drawn_early_and_counted()
    {
        var printer = new TreePrinter(Spans.Plain(80), _time);
        for (var i = 0; i < TreePrinter.MaxTraces + 10; i++)
        {
            Add(printer, Spans.Server("a", 1, 0, 0, 10, "GET / HTTP/1.1\r\n\r\n", trace: (ulong)i));
        }

        Assert.Equal((10, 10), (printer.Shown, printer.Overflows));
    }

    [Fact]
    public void Spans_that_are_their_own_ancestors_are_drawn_once()
    {
        var printer = new TreePrinter(Spans.Plain(80), _time);
        Add(printer, Spans.Server("a", 1, 2, 0, 10, "GET / HTTP/1.1\r\n\r\n"));
        Add(printer, Spans.Server("a", 2, 1, 0, 10, "GET / HTTP/1.1\r\n\r\n"));
        Add(printer, Spans.Server("a", 3, 3, 0, 10, "GET / HTTP/1.1\r\n\r\n"));
        printer.Advance(isLast: true, _output);

        Assert.Equal(3, printer.Shown);
        Assert.Equal(3, _output.ToString().Split("GET /").Length - 1);
    }

    [Fact]
    public void Growing_trace_is_drawn_over_on_a_terminal()
    {
        var printer = new TreePrinter(new Terminal(true, false, () => (80, 25)), _time);
        Add(printer, Spans.Server("b", 2, 1, 1, 5, "GET /b HTTP/1.1\r\n\r\n"));
        Advance(printer, 100);
        Assert.DoesNotContain("\e[", _output.ToString(), StringComparison.Ordinal);
        Assert.Contains("1 span ", _output.ToString(), StringComparison.Ordinal);

        _output.Clear();
        Advance(printer, 100);
        Assert.Equal("", _output.ToString());

        Add(printer, Spans.Server("a", 1, 0, 0, 10, "GET /a HTTP/1.1\r\n\r\n"));
        Advance(printer, 100);
        Assert.StartsWith("\e[3A\e[Jtrace", _output.ToString(), StringComparison.Ordinal);

        _output.Clear();
        Advance(printer, 300);
        Assert.StartsWith("\e[4A\e[Jtrace", _output.ToString(), StringComparison.Ordinal);
        Assert.Equal(2, printer.Shown);

        _output.Clear();
        Advance(printer, 300);
        Assert.Equal("", _output.ToString());
    }

    private static string GoldenPath(string name, [CallerFilePath] string self = "") =>
        Path.Combine(Path.GetDirectoryName(self)!, "Trees", name + ".txt");

    private void AssertGolden(string name)
    {
        if (Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(GoldenPath(name))!);
            File.WriteAllText(GoldenPath(name), _output.ToString());
        }

        Assert.Equal(File.ReadAllText(GoldenPath(name)), _output.ToString());
    }

    private void AddChain(TreePrinter printer)
    {
        // Children end, and arrive, before their parents.
        Add(printer, Spans.Server("api", 3, 2, 1.2, 5, "GET /items HTTP/1.1\r\n\r\n"));
        Add(printer, Spans.Client("billing", 6, 5, 9, 0.9, "GET /rates HTTP/1.1\r\n\r\n", status: 0));
        Add(printer, Spans.Server("billing", 5, 4, 8.6, 2.5, "POST /pay HTTP/1.1\r\n\r\n", status: 502));
        Add(printer, Spans.Client("frontend", 2, 1, 0.7, 6.2, "GET /items HTTP/1.1\r\nHost: api:8080\r\n\r\n"));
        Add(printer, Spans.Client("frontend", 4, 1, 8.3, 3.1, "POST /pay HTTP/1.1\r\nHost: billing:9000\r\n\r\n", status: 502));
        Add(printer, Spans.Server("frontend", 1, 0, 0, 12.4, "GET /orders/42 HTTP/1.1\r\n\r\n"));
    }

    private void Add(TreePrinter printer, byte[] batch)
    {
        var spans = new SpanReader(batch);
        while (spans.Next())
        {
            printer.Add(spans.Current, _output);
        }
    }

    private void Advance(TreePrinter printer, int milliseconds)
    {
        _time.Advance(milliseconds);
        printer.Advance(isLast: false, _output);
    }
}
