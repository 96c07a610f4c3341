// SPDX-License-Identifier: Apache-2.0
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Unicode;
using Agent.Otlp;

namespace Agent.Tracing;

/// <summary>
/// Writes one span as an entry of ScopeSpans.spans. Text may be anything that was on the wire: what is not UTF-8 is
/// replaced, what is longer than <see cref="MaxTextSize"/> is cut, and the span stays readable either way.
/// </summary>
internal ref struct SpanWriter
{
    public const int MaxTextSize = 4096;

    private const uint HasIsRemote = (uint)SpanFlags.ContextHasIsRemoteMask;
    private const uint IsRemote = (uint)SpanFlags.ContextIsRemoteMask;

    private readonly ProtobufToken _span;
    private ProtobufWriter _out;
    private ProtobufToken _attribute; // of a list, as the two below
    private ProtobufToken _value;
    private ProtobufToken _list;
    private bool _isAscii;

    public SpanWriter(Span<byte> buffer)
    {
        _out = new ProtobufWriter(buffer);
        _span = ScopeSpansFields.BeginSpans(ref _out);
    }

    /// <summary>
    /// Says that all text that follows is made of <paramref name="source"/> and constants: when that is ASCII, as it
    /// nearly always is, one look at it spares one per attribute.
    /// </summary>
    public void TextComesFrom(scoped ReadOnlySpan<byte> source) => _isAscii = Ascii.IsValid(source);

    /// <param name="parentId">All zero: this is the root of its trace.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Identity(
        scoped ReadOnlySpan<byte> traceId, scoped ReadOnlySpan<byte> spanId, scoped ReadOnlySpan<byte> parentId)
    {
        SpanFields.WriteTraceId(ref _out, traceId);
        SpanFields.WriteSpanId(ref _out, spanId);
        if (parentId.ContainsAnyExcept((byte)0))
        {
            SpanFields.WriteParentSpanId(ref _out, parentId);
        }
    }

    /// <summary>The W3C flags, and whether the parent lives in another process.</summary>
    public void Flags(byte traceFlags, bool isParentRemote) =>
        SpanFields.WriteFlags(ref _out, traceFlags | HasIsRemote | (isParentRemote ? IsRemote : 0));

    public void Kind(SpanKind kind) => SpanFields.WriteKind(ref _out, kind);

    /// <summary>Unix time in nanoseconds.</summary>
    public void Times(ulong start, ulong end)
    {
        SpanFields.WriteStartTimeUnixNano(ref _out, start);
        SpanFields.WriteEndTimeUnixNano(ref _out, end);
    }

    /// <summary>Nobody wants to see it.</summary>
    public bool IsDiscarded { get; private set; }

    public void Discard() => IsDiscarded = true;

    public void Name(scoped ReadOnlySpan<byte> name)
    {
        if (IsText(name))
        {
            SpanFields.WriteName(ref _out, name);
        }
        else
        {
            WriteRepairedName(name);
        }
    }

    public void Attribute(scoped ReadOnlySpan<byte> key, long value) =>
        AttributeWriter.WriteInteger(ref _out, key, value);

    public void Attribute(scoped ReadOnlySpan<byte> key, scoped ReadOnlySpan<byte> text)
    {
        if (IsText(text))
        {
            AttributeWriter.WriteText(ref _out, key, text);
        }
        else
        {
            WriteRepaired(key, text);
        }
    }

    /// <summary>Begins an attribute that is a list of texts: <see cref="Text"/> for each, then <see cref="EndTexts"/>.</summary>
    public void BeginTexts(scoped ReadOnlySpan<byte> key)
    {
        _attribute = SpanFields.BeginAttributes(ref _out);
        KeyValueFields.WriteKey(ref _out, key);
        _value = KeyValueFields.BeginValue(ref _out);
        _list = AnyValueFields.BeginArrayValue(ref _out);
    }

    public void Text(scoped ReadOnlySpan<byte> text)
    {
        var value = ArrayValueFields.BeginValues(ref _out);
        if (IsText(text))
        {
            AnyValueFields.WriteStringValue(ref _out, text);
        }
        else
        {
            WriteRepairedText(text);
        }

        _out.End(value);
    }

    public void EndTexts()
    {
        _out.End(_list);
        _out.End(_value);
        _out.End(_attribute);
    }

    /// <summary>W3C tracestate, as it came; printable ASCII, because nothing else is valid there.</summary>
    public void TraceState(scoped ReadOnlySpan<byte> members) => SpanFields.WriteTraceState(ref _out, members);

    /// <summary>Sets the status to error; the description, which may be any bytes, is left out when an attribute says as much.</summary>
    public void Failed(scoped ReadOnlySpan<byte> description = default)
    {
        var status = SpanFields.BeginShortStatus(ref _out);
        if (description.Length <= MaxTextSize && Utf8.IsValid(description))
        {
            StatusFields.WriteMessage(ref _out, description);
        }
        else
        {
            WriteRepairedDescription(description);
        }

        StatusFields.WriteCode(ref _out, StatusCode.Error);
        _out.End(status);
    }

    /// <summary>False when the span did not fit into the buffer.</summary>
    public bool TryFinish(out int size)
    {
        _out.End(_span);
        size = _out.Position;
        return !_out.Overflowed;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly bool IsText(scoped ReadOnlySpan<byte> text) =>
        text.Length <= MaxTextSize && (_isAscii || Utf8.IsValid(text));

    [SkipLocalsInit]
    private void WriteRepairedName(scoped ReadOnlySpan<byte> name) =>
        SpanFields.WriteName(ref _out, Repair(name, stackalloc byte[MaxTextSize]));

    [SkipLocalsInit]
    private void WriteRepaired(scoped ReadOnlySpan<byte> key, scoped ReadOnlySpan<byte> text) =>
        AttributeWriter.WriteText(ref _out, key, Repair(text, stackalloc byte[MaxTextSize]));

    [SkipLocalsInit]
    private void WriteRepairedText(scoped ReadOnlySpan<byte> text) =>
        AnyValueFields.WriteStringValue(ref _out, Repair(text, stackalloc byte[MaxTextSize]));

    [SkipLocalsInit]
    private void WriteRepairedDescription(scoped ReadOnlySpan<byte> description) =>
        StatusFields.WriteMessage(ref _out, Repair(description, stackalloc byte[MaxTextSize]));

    /// <summary>Copies what is UTF-8 and fits, and puts U+FFFD where something else was.</summary>
    private static ReadOnlySpan<byte> Repair(ReadOnlySpan<byte> text, Span<byte> buffer)
    {
        var size = 0;
        while (!text.IsEmpty)
        {
            Rune.DecodeFromUtf8(text, out var rune, out var consumed);
            if (!rune.TryEncodeToUtf8(buffer[size..], out var written))
            {
                break;
            }

            size += written;
            text = text[consumed..];
        }

        return buffer[..size];
    }
}
