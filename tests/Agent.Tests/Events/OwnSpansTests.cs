// SPDX-License-Identifier: Apache-2.0
using System.Text;
using Agent.Contract;
using Agent.Delivery;
using Agent.Diagnostics;
using Agent.Events;
using Agent.Protocols;
using Agent.Tests.Tracing;
using Agent.Tracing;
using OpenTelemetry.Proto.Collector.Trace.V1;

namespace Agent.Tests.Events;

/// <summary>Spans that programs make themselves. The text is what otel/trace 1.46 gave out, but for the length of its name.</summary>
public class OwnSpansTests
{
    private const string Text =
        """
        {"resourceSpans":[{"resource":{},"scopeSpans":[{"scope":{"name":"shop","version":"1.2.3"},"spans":[{"traceId":"","spanId":"","name":"order","kind":1,"attributes":[{"key":"bool","value":{"boolValue":true}},{"key":"int","value":{"intValue":"-9007199254740993"}},{"key":"double","value":{"doubleValue":0.25}},{"key":"texts","value":{"arrayValue":{"values":[{"stringValue":"a"},{"stringValue":"\"é\n"}]}}}],"events":[{"name":"paid","attributes":[{"key":"by","value":{"stringValue":"card"}}],"timeUnixNano":1795427180446850832}],"links":[{"traceId":"01020300000000000000000000000000","spanId":"0405060000000000","attributes":[{"key":"why","value":{"stringValue":"retry"}}]}],"status":{"message":"no price","code":2},"startTimeUnixNano":1795427180446839698,"endTimeUnixNano":1795427180446852782}],"schemaUrl":"https://example.com/schema"}]}]}
        """;

    private readonly Ledger _ledger = new();
    private readonly List<byte[]> _batches = [];
    private readonly SpanResource _resource = Exchanges.ResourceOf("shop");
    private readonly SpanSink _sink;
    private readonly OwnSpans _own;

    public OwnSpansTests()
    {
        _sink = new SpanSink(new ExchangeSpans(new Clock(), new HttpMethods()), _ledger, TimeSpan.FromHours(1), batch =>
        {
            _batches.Add(batch.Encoded.ToArray());
            batch.Release();
        });
        _own = new OwnSpans(_sink, _ledger);
    }

    [Fact]
    public void All_that_the_program_said_is_there_and_its_place_in_the_trace()
    {
        Give(7, Text, int.MaxValue, parent: 9);

        var resource = Assert.Single(Received().ResourceSpans);
        Assert.Equal("shop", Assert.Single(resource.Resource.Attributes, attribute => attribute.Key == "service.name").Value.StringValue);
        var scope = Assert.Single(resource.ScopeSpans);
        Assert.Equal(("shop", "1.2.3", "https://example.com/schema"), (scope.Scope.Name, scope.Scope.Version, scope.SchemaUrl));
        var span = Assert.Single(scope.Spans);
        Assert.Equal("07000000000000000700000000000000", Convert.ToHexString(span.TraceId.Span));
        Assert.Equal(("0700000000000000", "0900000000000000"), (Convert.ToHexString(span.SpanId.Span), Convert.ToHexString(span.ParentSpanId.Span)));
        Assert.Equal(0x101u, span.Flags);
        Assert.Equal(("order", 1795427180446839698u, 1795427180446852782u), (span.Name, span.StartTimeUnixNano, span.EndTimeUnixNano));
        Assert.Equal(["bool", "int", "double", "texts"], span.Attributes.Select(attribute => attribute.Key));
        Assert.Equal(-9007199254740993, span.Attributes[1].Value.IntValue);
        Assert.Equal("\"é\n", span.Attributes[3].Value.ArrayValue.Values[1].StringValue);
        Assert.Equal("paid", Assert.Single(span.Events).Name);
        Assert.Equal("0405060000000000", Convert.ToHexString(Assert.Single(span.Links).SpanId.Span));
        Assert.Equal("no price", span.Status.Message);
    }

    [Fact]
    public void Pieces_of_several_come_mixed()
    {
        var events = new[] { Pieces(1, Named('a', 100_000), 8192), Pieces(2, Named('b', 200_000), 8192), Pieces(3, Text, 1000) };
        for (var round = 0; events.Any(pieces => round < pieces.Count); round++)
        {
            foreach (var pieces in events.Where(pieces => round < pieces.Count))
            {
                Give(pieces[round]);
            }
        }

        var spans = Received().ResourceSpans.SelectMany(resource => resource.ScopeSpans).SelectMany(scope => scope.Spans).ToArray();
        Assert.Equal([(3, 5), (1, 100_000), (2, 200_000)], spans.Select(span => ((int)span.SpanId[0], span.Name.Length)));
        Assert.Equal(0, Dropped(DropReason.RingFull));
    }

    [Fact]
    public void Small_ones_share_a_batch_and_are_apart_from_what_was_seen()
    {
        for (var number = 1; number <= 20; number++)
        {
            Give((byte)number, Text, int.MaxValue);
        }

        Assert.Equal(20, Assert.Single(Received().ResourceSpans).ScopeSpans.Count);
        Assert.Single(_batches);
    }

    [Fact]
    public void What_the_rest_of_is_missing_is_counted_as_lost_once()
    {
        var pieces = Pieces(1, Named('a', 30_000), 8192);
        Give(pieces[0]);
        Give(pieces[2]);
        Give(pieces[3]);
        Give(Pieces(2, Named('b', 30_000), 8192)[0]);
        Assert.Equal(1, Dropped(DropReason.RingFull));
        _own.End();

        Assert.Equal(2, Dropped(DropReason.RingFull));
        Assert.Empty(Received().ResourceSpans);
    }

    [Fact]
    public void No_more_than_a_few_are_waited_for()
    {
        for (var number = 1; number <= 100; number++)
        {
            Give(Pieces((byte)number, Named('a', 250_000), 8192)[0]);
        }
        Assert.Equal(100 - 32, Dropped(DropReason.RingFull));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("""{"resourceSpans":[]}""")]
    [InlineData("""{"resourceSpans":[{"scopeSpans":[{"spans":[{"name":7}]}]}]}""")]
    [InlineData("""{"resourceSpans":[{"scopeSpans":[{"spans":[{"name":"a"},{"name":"b"}]}]}]}""")]
    public void What_is_no_span_is_counted(string text)
    {
        Give(1, text, int.MaxValue);

        Assert.Equal(1, Dropped(DropReason.Malformed));
        Assert.Empty(Received().ResourceSpans);
    }

    [Fact]
    public void A_piece_that_says_more_than_it_has_is_counted()
    {
        var (e, text) = Pieces(1, Text, int.MaxValue)[0];
        Give((e, text[..10]));
        e.Size = e.PieceSize = int.MaxValue;
        Give((e, text));

        Assert.Equal(2, Dropped(DropReason.Malformed));
    }

    private static string Named(char letter, int size) => Text.Replace("\"order\"", $"\"{new string(letter, size)}\"", StringComparison.Ordinal);

    private static List<(OwnSpanEvent Event, byte[] Text)> Pieces(byte number, string text, int size, byte parent = 0)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        var pieces = new List<(OwnSpanEvent, byte[])>();
        var id = new byte[16];
        (id[0], id[8]) = (number, number);
        for (var at = 0; at == 0 || at < bytes.Length; at += Math.Min(size, bytes.Length - at))
        {
            var piece = bytes.AsSpan(at, Math.Min(size, bytes.Length - at)).ToArray();
            var e = new OwnSpanEvent { Size = (uint)bytes.Length, PieceAt = (uint)at, PieceSize = (uint)piece.Length };
            e.Span.TraceId = System.Runtime.CompilerServices.Unsafe.ReadUnaligned<Bytes16>(ref id[0]);
            e.Span.SpanId = System.Runtime.CompilerServices.Unsafe.ReadUnaligned<Bytes8>(ref id[0]);
            var parentId = new byte[8];
            parentId[0] = parent;
            e.ParentId = System.Runtime.CompilerServices.Unsafe.ReadUnaligned<Bytes8>(ref parentId[0]);
            e.Span.Flags = 1;
            pieces.Add((e, [.. piece, .. new byte[100]]));
            if (bytes.Length == 0)
            {
                break;
            }
        }
        return pieces;
    }

    private void Give(byte number, string text, int size, byte parent = 0) => Pieces(number, text, size, parent).ForEach(Give);

    private void Give((OwnSpanEvent Event, byte[] Text) piece)
    {
        if (piece.Event.PieceAt == 0)
        {
            _own.Begin(_resource, piece.Event, piece.Text);
        }
        else
        {
            _own.Continue(piece.Event, piece.Text);
        }
    }

    private ExportTraceServiceRequest Received()
    {
        _sink.Flush();
        return ExportTraceServiceRequest.Parser.ParseFrom([.. _batches.SelectMany(batch => batch)]);
    }

    private long Dropped(DropReason reason) => _ledger.Balance(_ => 0).DroppedFor(reason);
}
