// SPDX-License-Identifier: Apache-2.0
using System.Globalization;
using System.Text.RegularExpressions;

namespace Agent.Tests.Native;

/// <summary>The headers of B3, one after the other, as https://github.com/openzipkin/b3-propagation has them.</summary>
internal sealed partial class B3Reference
{
    private bool _single;
    private bool _hasTrace;
    private bool _hasSpan;
    private string _trace = string.Empty;
    private string _span = string.Empty;

    public bool Sampled { get; private set; }

    public bool Denied { get; private set; }

    public bool Debug { get; private set; }

    public bool Bad { get; set; }

    public bool Seen => _single || _hasTrace || _hasSpan || Sampled || Denied || Debug || Bad;

    public bool Decides => Sampled || Denied || Debug;

    /// <summary>As <c>b3.seen</c> in C.</summary>
    public int Bits => (_single ? 1 : 0) | (_single || _hasTrace ? 2 : 0) | (_single || _hasSpan ? 4 : 0) | (Sampled ? 8 : 0) |
        (Denied ? 16 : 0) | (Debug ? 32 : 0) | (Bad ? 64 : 0);

    /// <summary>Null when there are no ids, or not valid ones.</summary>
    public string? Context
    {
        get
        {
            if (Bad || !(_single || (_hasTrace && _hasSpan)))
            {
                return null;
            }

            var flags = Debug ? 0x81 : Sampled && !Denied ? 1 : 0;
            return string.Create(CultureInfo.InvariantCulture, $"{_trace}-{_span}-{flags:x2}");
        }
    }

    public static bool Knows(string name) =>
        name is "b3" or "x-b3-traceid" or "x-b3-spanid" or "x-b3-parentspanid" or "x-b3-sampled" or "x-b3-flags";

    public void Read(string name, string value)
    {
        switch (name)
        {
            case "b3":
                ReadSingle(value);
                break;
            case "x-b3-traceid" when !_single:
                Bad |= _hasTrace || !TraceId().IsMatch(value) || IsZero(value);
                _hasTrace = true;
                _trace = value.PadLeft(32, '0');
                break;
            case "x-b3-spanid" when !_single:
                Bad |= _hasSpan || !SpanId().IsMatch(value) || IsZero(value);
                _hasSpan = true;
                _span = value;
                break;
            case "x-b3-sampled":
                Decide(value switch { "true" => "1", "false" => "0", "d" or "0" or "1" => value, _ => "?" });
                break;
            case "x-b3-flags":
                Debug |= value == "1";
                break;
        }
    }

    private void ReadSingle(string value)
    {
        if (value.Length == 1)
        {
            Decide(value);
            return;
        }

        var match = Single().Match(value);
        var isBad = _single || !match.Success || IsZero(match.Groups["trace"].Value) || IsZero(match.Groups["span"].Value);
        Bad |= isBad;
        _single = true;
        _trace = match.Groups["trace"].Value.PadLeft(32, '0');
        _span = match.Groups["span"].Value;
        if (!isBad && match.Groups["state"].Success)
        {
            Decide(match.Groups["state"].Value);
        }
    }

    private void Decide(string state)
    {
        Sampled |= state == "1";
        Denied |= state == "0";
        Debug |= state == "d";
        Bad |= state is not ("0" or "1" or "d");
    }

    private static bool IsZero(string id) => id.Trim('0').Length == 0;

    [GeneratedRegex(@"\A(?<trace>[0-9a-f]{16}|[0-9a-f]{32})-(?<span>[0-9a-f]{16})(-(?<state>[01d])(-[0-9a-f]{16})?)?\z")]
    private static partial Regex Single();

    [GeneratedRegex(@"\A([0-9a-f]{16}){1,2}\z")]
    private static partial Regex TraceId();

    [GeneratedRegex(@"\A[0-9a-f]{16}\z")]
    private static partial Regex SpanId();
}
