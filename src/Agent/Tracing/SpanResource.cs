// SPDX-License-Identifier: Apache-2.0
using Agent.Protocols;

namespace Agent.Tracing;

/// <summary>
/// What spans come from, known by reference. Its text may become better while spans of it are written: they wait for that, for a
/// bounded time. The event thread reads; the thread that learns of names writes.
/// </summary>
/// <param name="encoded">An encoded OTLP Resource message, never changed.</param>
/// <param name="awaitedUntil">On the clock of <see cref="Environment.TickCount64"/>; 0: it is as good as it gets.</param>
/// <param name="routes">What its paths are called, where that is its own affair.</param>
internal sealed class SpanResource(byte[] encoded, long awaitedUntil = 0, OwnRoutes? routes = null)
{
    private volatile byte[] _encoded = encoded;
    private readonly SpanResource? _same;
    private long _awaitedUntil = awaitedUntil;
    private SpanResource? _withScopes;

    private SpanResource(SpanResource same)
        : this([]) => _same = same;

    public OwnRoutes? Routes { get; } = routes;

    /// <summary>The message of this moment.</summary>
    public byte[] Encoded => _same?.Encoded ?? _encoded;

    /// <summary>The same, for batches of spans that bring their scopes along. Asked for by the event thread.</summary>
    public SpanResource WithScopes => _withScopes ??= new SpanResource(this);

    /// <summary>It is one of those.</summary>
    public bool HasScopes => _same is not null;

    /// <summary>Better is to come, and worth waiting for.</summary>
    public bool IsAwaited(long now) => _same?.IsAwaited(now) ?? now < Volatile.Read(ref _awaitedUntil);

    /// <summary>Replaces the message of batches that are sealed from now on.</summary>
    /// <param name="isSettled">Nothing more is to come.</param>
    public void Improve(byte[] encoded, bool isSettled)
    {
        _encoded = encoded;
        if (isSettled)
        {
            Volatile.Write(ref _awaitedUntil, 0);
        }
    }
}
