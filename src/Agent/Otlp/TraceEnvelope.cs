// SPDX-License-Identifier: Apache-2.0
using System.Reflection;
using System.Text;

namespace Agent.Otlp;

/// <summary>What stands around the spans of one resource in an ExportTraceServiceRequest: resource, scope, lengths.</summary>
internal static class TraceEnvelope
{
    private const int MaxTagAndLength = 6;
    private const int Levels = 3;

    private static readonly byte[] Scope = EncodeScope();

    /// <summary>Room that <see cref="WriteBefore"/> may need.</summary>
    public static int MaxSize(ReadOnlySpan<byte> resource) =>
        (Levels * MaxTagAndLength) + resource.Length + Scope.Length;

    /// <summary>
    /// Writes the envelope of the encoded spans in <c>[start, end)</c> directly before them; returns where it begins.
    /// </summary>
    /// <param name="hasScopes">Each of them is inside of a scope already.</param>
    public static int WriteBefore(Span<byte> buffer, int start, int end, ReadOnlySpan<byte> resource, bool hasScopes = false)
    {
        // Inside out: each level needs the exact size of what it holds.
        var position = start;
        if (!hasScopes)
        {
            position = Prepend(buffer, position, Scope);
            position = PrependLength(buffer, position, ResourceSpansFields.ScopeSpans, end - position);
        }

        position = Prepend(buffer, position, resource);
        position = PrependLength(buffer, position, ResourceSpansFields.Resource, resource.Length);
        return PrependLength(buffer, position, ExportTraceServiceRequestFields.ResourceSpans, end - position);
    }

    private static int Prepend(Span<byte> buffer, int position, ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(buffer[(position - bytes.Length)..]);
        return position - bytes.Length;
    }

    private static int PrependLength(Span<byte> buffer, int position, int field, int length)
    {
        Span<byte> prefix = stackalloc byte[MaxTagAndLength];
        var size = 0;
        prefix[size++] = (byte)((field << 3) | ProtobufReader.BytesWire);
        for (; length >= 0x80; length >>= 7)
        {
            prefix[size++] = (byte)(length | 0x80);
        }

        prefix[size++] = (byte)length;
        return Prepend(buffer, position, prefix[..size]);
    }

    private static byte[] EncodeScope()
    {
        var version = Assembly.GetExecutingAssembly().GetName().Version?.ToString(3) ?? "";
        var writer = new ProtobufWriter(stackalloc byte[64]);
        var scope = ScopeSpansFields.BeginShortScope(ref writer);
        InstrumentationScopeFields.WriteName(ref writer, "hilo"u8);
        InstrumentationScopeFields.WriteVersion(ref writer, Encoding.ASCII.GetBytes(version));
        writer.End(scope);
        return writer.Written.ToArray();
    }
}
