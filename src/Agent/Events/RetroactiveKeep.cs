// SPDX-License-Identifier: Apache-2.0
// A trace that is not sampled is kept after all when one of its requests fails or is slow: what is held of it is exported, and what
// follows. That is this host's part. A peer hears of it by the flag of the requests that follow, and keeps its own part then;
// whoever called gets the failure, or waits as long, and so decides the same.
using Agent.Config;
using Agent.Contract;
using Agent.Diagnostics;
using Agent.Protocols;
using Agent.Tracing;

namespace Agent.Events;

/// <summary>Decides what becomes of exchanges that are not sampled. Used by the event thread.</summary>
internal sealed class RetroactiveKeep
{
    private const byte Sampled = 1;
    private readonly HeldExchanges _held;
    private readonly KeptTraces _kept;
    private readonly KeepOptions _options;
    private readonly Ledger _ledger;
    private readonly HeldExchanges.Receiver _export;
    private readonly HeldExchanges.Receiver _keep;

    /// <param name="export">Gets what is sampled, and what is kept.</param>
    internal RetroactiveKeep(KeepOptions options, KeptTraces kept, Ledger ledger, HeldExchanges.Receiver export)
    {
        _held = new HeldExchanges(options.Bytes, (ulong)options.Age.TotalNanoseconds);
        (_options, _kept, _ledger, _export, _keep) = (options, kept, ledger, export, Keep);
    }

    internal static bool IsSampled(in ExchangeEvent exchange) => (exchange.Span.Flags & Sampled) != 0;

    internal void Take(SpanResource resource, in ExchangeEvent exchange, ReadOnlySpan<byte> heads)
    {
        ref readonly var trace = ref exchange.Span.TraceId;
        var isSampled = IsSampled(exchange);
        if (!isSampled && !_kept.Contains(trace) && !IsWanted(exchange))
        {
            _held.Add(resource, exchange, heads);
            return;
        }

        // If something is held of one that is sampled, a peer has kept its trace.
        if (_held.Release(trace, _keep) > 0 || !isSampled)
        {
            _kept.Add(trace);
        }
        (isSampled ? _export : _keep)(resource, exchange, heads);
    }

    private bool IsWanted(in ExchangeEvent exchange) =>
        (_options.Errors && ExchangeSpans.Fails(exchange)) ||
        (_options.SlowerThan is { } limit && exchange.EndNs - Math.Min(exchange.StartNs, exchange.EndNs) >= limit.TotalNanoseconds);

    private void Keep(SpanResource resource, in ExchangeEvent exchange, ReadOnlySpan<byte> heads)
    {
        var kept = exchange;
        kept.Span.Flags |= Sampled;
        _ledger.Kept();
        _export(resource, kept, heads);
    }
}
