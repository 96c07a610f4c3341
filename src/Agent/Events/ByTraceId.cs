// SPDX-License-Identifier: Apache-2.0
using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using Agent.Contract;

namespace Agent.Events;

/// <summary>Trace ids as keys. The last eight bytes are random enough: of old ids of 64 bits they are all there is.</summary>
internal sealed class ByTraceId : IEqualityComparer<Bytes16>
{
    internal static readonly ByTraceId Instance = new();

    public bool Equals(Bytes16 x, Bytes16 y) => x.AsSpan().SequenceEqual(y.AsSpan());

    public int GetHashCode([DisallowNull] Bytes16 trace) => BinaryPrimitives.ReadInt64LittleEndian(trace.AsSpan()[8..]).GetHashCode();
}
