// SPDX-License-Identifier: Apache-2.0
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Agent.Tests.Native;

/// <summary>What the lines of a head have said so far.</summary>
internal sealed partial class Http1ReferenceHead
{
    private readonly List<string> _lengths = [];
    private readonly List<string> _baggage = [];
    private bool _request;
    private bool _version0;
    private string _method = string.Empty;
    private string _status = string.Empty;
    private bool _chunked;
    private int _contexts;
    private string? _context;
    private int _contextAt;

    public bool BadFraming { get; set; }

    public bool Upgrade { get; set; }

    public bool Tracestate { get; set; }

    public bool Baggage { get; set; }

    public bool CutTracestate { get; set; }

    public B3Reference B3 { get; } = new();

    /// <summary>What the next line says may belong to the value of a field that is read.</summary>
    public bool Continued { get; set; }

    public bool ReadStartLine(Match request, Match response)
    {
        _request = request.Success;
        _method = request.Groups["method"].Value;
        _status = response.Groups["status"].Value;
        _version0 = (request.Success ? request : response).Groups["minor"].Value == "0";
        return request.Success || response.Success;
    }

    public void ReadLength(string value)
    {
        if (!Digits().IsMatch(value))
        {
            BadFraming = true;
        }

        _lengths.Add(value.TrimStart('0'));
        if (_lengths[0] != _lengths[^1])
        {
            BadFraming = true;
        }
    }

    /// <summary>
    /// Each field must end with chunked: a message in another coding ends with the connection. In a list, more than one
    /// space in front of it is not understood.
    /// </summary>
    public void ReadCodings(string value)
    {
        _chunked = true;
        if (!ChunkedLast().IsMatch(value))
        {
            BadFraming = true;
        }
    }

    public void AddBaggage(string value)
    {
        if (value.Length > 0)
        {
            _baggage.Add(value);
        }
    }

    public void ReadContext(string value, int at)
    {
        _contexts++;
        _contextAt = at;
        _context = TraceParentReference.Read(value);
    }

    /// <summary>Values that go on in the next line are not put together (RFC 9112, 5.2): nothing is sure then.</summary>
    public void Continue()
    {
        if (Continued)
        {
            BadFraming = true;
            _context = null;
            B3.Bad |= B3.Seen;
        }
    }

    public string Describe(int blankAt, int size)
    {
        var text = new StringBuilder("phase: done, flags:");
        Flag(text, _request, "request");
        Flag(text, _version0, "version_0");
        Flag(text, _method == "HEAD", "method_head");
        Flag(text, _method == "CONNECT", "method_connect");
        Flag(text, Upgrade, "upgrade");
        Flag(text, _chunked, "chunked");
        Flag(text, _lengths.Count > 0, "length");
        Flag(text, BadFraming, "bad_framing");
        var isW3c = _contexts == 1 && _context is not null;
        var context = isW3c ? _context : B3.Context;
        Flag(text, context is not null, "context");
        Flag(text, (_contexts > 0 && !isW3c) || B3.Bad, "bad_context");
        Flag(text, Tracestate, "tracestate");
        Flag(text, Baggage, "baggage");
        Flag(text, !isW3c && context is not null && !B3.Decides, "undecided");
        Flag(text, CutTracestate, "cut_tracestate");
        if (_status.Length > 0)
        {
            text.Append(", status: ").Append(_status);
        }

        if (_lengths.Count > 0 && !BadFraming)
        {
            text.Append(", content_length: ").Append(_lengths[0].Length == 0 ? "0" : _lengths[0]);
        }

        text.Append(CultureInfo.InvariantCulture, $", size: {size}, blank_at: {blankAt}");
        if (_baggage.Count > 0)
        {
            var list = Encoding.Latin1.GetBytes(string.Join(',', _baggage));
            var hash = list.Aggregate(0xcbf29ce484222325, (hash, octet) => (hash ^ octet) * 0x100000001b3);
            text.Append(CultureInfo.InvariantCulture, $", baggage: {list.Length} {hash:x16}");
        }

        if (context is not null)
        {
            text.Append(CultureInfo.InvariantCulture, $", context_at: {(isW3c ? _contextAt : 0)}, context: {context}");
        }

        if (B3.Seen)
        {
            text.Append(CultureInfo.InvariantCulture, $", b3: {B3.Bits:x2}");
        }

        return text.ToString();
    }

    private static void Flag(StringBuilder text, bool set, string name) => text.Append(set ? " " + name : string.Empty);

    [GeneratedRegex(@"\A(.*, ?)?chunked\z", RegexOptions.Singleline | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex ChunkedLast();

    [GeneratedRegex(@"\A[0-9]{1,18}\z")]
    private static partial Regex Digits();
}
