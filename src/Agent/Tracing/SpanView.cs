// SPDX-License-Identifier: Apache-2.0
using Agent.Otlp;

namespace Agent.Tracing;

/// <summary>
/// The fields of one encoded span, for printers and metrics: there is no span object to ask. Repeated attributes are walked
/// again each time they are wanted.
/// </summary>
internal ref struct SpanView
{
    public const ulong Server = (ulong)SpanKind.Server;
    public const ulong Client = (ulong)SpanKind.Client;

    private readonly ReadOnlySpan<byte> _span;

    public SpanView(ReadOnlySpan<byte> span, ReadOnlySpan<byte> service)
    {
        _span = span;
        Service = service;
        var fields = new ProtobufReader(span);
        while (fields.Next())
        {
            Take(fields);
        }
    }

    public ReadOnlySpan<byte> Service { get; }

    public ReadOnlySpan<byte> TraceId { get; private set; }

    public ReadOnlySpan<byte> SpanId { get; private set; }

    /// <summary>Empty: root of its trace.</summary>
    public ReadOnlySpan<byte> ParentId { get; private set; }

    public ReadOnlySpan<byte> Name { get; private set; }

    public ulong Kind { get; private set; }

    /// <summary>Unix time in nanoseconds.</summary>
    public ulong Start { get; private set; }

    public ulong End { get; private set; }

    public readonly ulong Duration => End - Start;

    public bool IsError { get; private set; }

    public ReadOnlySpan<byte> StatusMessage { get; private set; }

    public readonly AttributeReader Attributes() => new(_span, SpanFields.Attributes);

    private void Take(scoped in ProtobufReader field)
    {
        switch (field.Field)
        {
            case SpanFields.TraceId:
                TraceId = field.Bytes;
                break;
            case SpanFields.SpanId:
                SpanId = field.Bytes;
                break;
            case SpanFields.ParentSpanId:
                ParentId = field.Bytes;
                break;
            case SpanFields.Name:
                Name = field.Bytes;
                break;
            case SpanFields.Kind:
                Kind = field.Number;
                break;
            case SpanFields.StartTimeUnixNano:
                Start = field.Number;
                break;
            case SpanFields.EndTimeUnixNano:
                End = field.Number;
                break;
            case SpanFields.Status:
                TakeStatus(field.Bytes);
                break;
            default:
                break;
        }
    }

    private void TakeStatus(ReadOnlySpan<byte> status)
    {
        var fields = new ProtobufReader(status);
        while (fields.Next())
        {
            if (fields.Field == StatusFields.Code)
            {
                IsError = fields.Number == (ulong)StatusCode.Error;
            }
            else if (fields.Field == StatusFields.Message)
            {
                StatusMessage = fields.Bytes;
            }
        }
    }
}
