// SPDX-License-Identifier: Apache-2.0
using System.Runtime.CompilerServices;
using Agent.Config;
using Agent.Contract;
using Agent.Diagnostics;
using Agent.Events;
using Agent.Tests.Tracing;
using Agent.Tracing;

namespace Agent.Tests.Events;

public class RetroactiveKeepTests
{
    private const ulong Second = 1_000_000_000;
    private static readonly SpanResource Resource = new([1]);
    private readonly List<(int Trace, string Heads, byte Flags)> _exported = [];
    private readonly Ledger _ledger = new();
    private ulong _now = Second;

    [Fact]
    public void A_failure_brings_back_what_came_before_it_in_order()
    {
        var keep = Keep("errors");
        Take(keep, 1, "a");
        Take(keep, 2, "x");
        Take(keep, 1, "b");
        Take(keep, 1, "c", status: 500);
        Take(keep, 1, "d");
        Take(keep, 2, "y");

        Assert.Equal([(1, "a", 1), (1, "b", 1), (1, "c", 1), (1, "d", 1)], _exported);
        Assert.Equal("ledger: seen 4 = exported 0 + dropped 0 + in flight 4; unsampled 2", _ledger.Balance(counter => counter == Counter.Unsampled ? 6 : 0).ToString());
    }

    [Fact]
    public void A_slow_request_keeps_its_trace()
    {
        var keep = Keep("500ms");
        Take(keep, 1, "a", status: 500);
        Take(keep, 1, "b", duration: Second / 2);
        Take(keep, 2, "c", duration: (Second / 2) - 1);

        Assert.Equal([(1, "a", 1), (1, "b", 1)], _exported);
    }

    [Fact]
    public void A_decision_of_a_peer_is_followed()
    {
        var keep = Keep("errors");
        Take(keep, 1, "a");
        Take(keep, 1, "b", flags: 1);
        Take(keep, 1, "c");

        Assert.Equal([(1, "a", 1), (1, "b", 1), (1, "c", 1)], _exported);
    }

    [Fact]
    public void What_is_too_old_is_forgotten()
    {
        var keep = Keep("errors", age: "10");
        Take(keep, 1, "a");
        _now += 6 * Second;
        Take(keep, 1, "b");
        _now += 6 * Second;
        Take(keep, 2, "other");
        Take(keep, 1, "c", status: 503);

        Assert.Equal([(1, "b", 1), (1, "c", 1)], _exported);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void What_is_held_never_takes_more_than_it_may_and_is_what_was_given(int seed)
    {
        const int Size = 64 << 10;
        var random = new Random(seed);
        var held = new HeldExchanges(Size, 1000 * Second);
        var model = new List<(int Trace, byte[] Heads)>();
        for (var i = 0; i < 20_000; i++)
        {
            var trace = random.Next(50);
            if (random.Next(20) > 0)
            {
                var heads = new byte[random.Next(1500)];
                random.NextBytes(heads);
                held.Add(Resource, Event(trace), heads);
                model.Add((trace, heads));
                continue;
            }
            var found = new List<byte[]>();
            var count = held.Release(Event(trace).Span.TraceId, (SpanResource _, in ExchangeEvent _, ReadOnlySpan<byte> heads) => found.Add(heads.ToArray()));

            // The youngest of them: the rest has given way.
            var expected = model.Where(one => one.Trace == trace).Select(one => one.Heads).TakeLast(found.Count).ToList();
            Assert.Equal(count, found.Count);
            Assert.Equal(expected.Select(Convert.ToHexString), found.Select(Convert.ToHexString));
            model.RemoveAll(one => one.Trace == trace);
            model.RemoveRange(0, Math.Max(0, model.Count - Size));
            Assert.InRange(held.Count, 0, Size / Unsafe.SizeOf<ExchangeEvent>());
        }
    }

    [Theory]
    [InlineData("sometimes")]
    [InlineData("errors,fast")]
    [InlineData("-1s")]
    public void A_value_that_cannot_be_meant_is_refused(string value) =>
        Assert.StartsWith($"HILO_KEEP={value} ", Assert.ThrowsAny<FormatException>(() => KeepOptions.Parse(value, null, null)).Message, StringComparison.Ordinal);

    private RetroactiveKeep Keep(string what, string? age = null) => new(
        KeepOptions.Parse(what, age, null), new KeptTraces(null), _ledger,
        (SpanResource resource, in ExchangeEvent e, ReadOnlySpan<byte> heads) =>
        {
            Assert.Same(Resource, resource);
            _exported.Add((e.Span.TraceId.AsSpan()[15], System.Text.Encoding.ASCII.GetString(heads), e.Span.Flags));
        });

    private void Take(RetroactiveKeep keep, int trace, string heads, ushort status = 200, ulong duration = 1000, byte flags = 0)
    {
        var e = Event(trace);
        (e.Status, e.Span.Flags, e.StartNs, e.EndNs) = (status, flags, _now - duration, _now);
        keep.Take(Resource, e, System.Text.Encoding.ASCII.GetBytes(heads));
    }

    private static ExchangeEvent Event(int trace)
    {
        var e = Exchanges.Event(Role.Server);
        var id = new byte[16];
        id[15] = (byte)trace;
        e.Span.TraceId = Unsafe.ReadUnaligned<Bytes16>(ref id[0]);
        e.Span.Flags = 0;
        return e;
    }
}
