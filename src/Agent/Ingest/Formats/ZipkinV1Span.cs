// SPDX-License-Identifier: Apache-2.0
// Version 1 has no kind and no ends of its own: both are in annotations with names of two letters. A span may hold both halves of
// a call, if a client and its server were merged before they were sent; these are two spans in everything that came later.
using Agent.Otlp;

namespace Agent.Ingest.Formats;

/// <summary>The annotations of a span of version 1, until it is known what they make of it.</summary>
internal sealed class ZipkinV1Span
{
    private const int ClientSend = 'c' << 8 | 's';
    private const int ClientReceive = 'c' << 8 | 'r';
    private const int ServerReceive = 's' << 8 | 'r';
    private const int ServerSend = 's' << 8 | 's';
    private const int MessageSend = 'm' << 8 | 's';
    private const int MessageReceive = 'm' << 8 | 'r';
    private const int WireSend = 'w' << 8 | 's';
    private const int WireReceive = 'w' << 8 | 'r';
    private const int ClientAddress = 'c' << 8 | 'a';
    private const int ServerAddress = 's' << 8 | 'a';
    private const int BrokerAddress = 'm' << 8 | 'a';

    private readonly Dictionary<int, (ulong Timestamp, ZipkinEndpoint Endpoint)> _core = [];
    private readonly List<(ulong Timestamp, TextArena.Text Value, ZipkinEndpoint Endpoint)> _annotations = [];
    private readonly List<(ZipkinTag Tag, ZipkinEndpoint Endpoint)> _tags = [];
    private ZipkinEndpoint _clientAddress;
    private ZipkinEndpoint _serverAddress;
    private ZipkinEndpoint _brokerAddress;
    private ZipkinEndpoint _first;

    /// <summary>Ids, name and times of the whole; the rest is filled in by <see cref="TryConvert"/>.</summary>
    public ZipkinSpan Whole { get; } = new();

    public void Clear()
    {
        Whole.Clear();
        _core.Clear();
        _annotations.Clear();
        _tags.Clear();
        _clientAddress = _serverAddress = _brokerAddress = _first = default;
    }

    public void AddAnnotation(ulong timestamp, TextArena.Text value, ZipkinEndpoint endpoint)
    {
        _first = _first == default ? endpoint : _first;
        var text = Whole.Texts[value];
        if (text.Length == 2 && Code(text) is var code && IsCore(code))
        {
            _core.TryAdd(code, (timestamp, endpoint));
        }
        else
        {
            _annotations.Add((timestamp, value, endpoint));
        }
    }

    /// <param name="isTrue">Its value is: it may name an address.</param>
    public void AddBinary(ZipkinTag tag, bool isTrue, ZipkinEndpoint endpoint)
    {
        switch (isTrue && Whole.Texts[tag.Key] is { Length: 2 } key ? Code(key) : 0)
        {
            case ClientAddress:
                _clientAddress = endpoint;
                break;
            case ServerAddress:
                _serverAddress = endpoint;
                break;
            case BrokerAddress:
                _brokerAddress = endpoint;
                break;
            default:
                _first = _first == default ? endpoint : _first;
                if (!Whole.Texts[tag.Key].SequenceEqual("lc"u8)) // only says where a local span is
                {
                    _tags.Add((tag, endpoint));
                }

                break;
        }
    }

    /// <summary>False when there is no memory for it.</summary>
    public bool TryConvert(ZipkinConverter converter)
    {
        var (timestamp, duration) = (Whole.Timestamp, Whole.Duration);
        var isClient = Has(ClientSend) || Has(ClientReceive);
        var isServer = Has(ServerReceive) || Has(ServerSend);
        if (isClient && isServer)
        {
            var client = EndpointOf(ClientSend, ClientReceive);
            var server = EndpointOf(ServerReceive, ServerSend);
            var areOne = IsOneService(client, server);
            Fill(SpanKind.Client, client, server, endpoint => areOne || !IsOneService(endpoint, server));
            SetTimes(timestamp, duration, ClientSend, ClientReceive);
            if (!converter.TryAdd(Whole))
            {
                return false;
            }

            Fill(SpanKind.Server, server, client, endpoint => !areOne && IsOneService(endpoint, server));
            SetTimes(0, 0, ServerReceive, ServerSend);
            Whole.IsShared = true;
        }
        else if (isClient || isServer)
        {
            var (begin, end) = isClient ? (ClientSend, ClientReceive) : (ServerReceive, ServerSend);
            Fill(isClient ? SpanKind.Client : SpanKind.Server, EndpointOf(begin, end), isClient ? _serverAddress : _clientAddress, _ => true);
            SetTimes(timestamp, duration, begin, end);
            Whole.IsShared = isServer && timestamp == 0; // whoever begins a span says when
        }
        else if (Has(MessageSend) || Has(MessageReceive))
        {
            var isSender = Has(MessageSend);
            Fill(isSender ? SpanKind.Producer : SpanKind.Consumer, EndpointOf(MessageSend, MessageReceive), _brokerAddress, _ => true);
            SetTimes(timestamp, duration, isSender ? MessageSend : MessageReceive, isSender ? WireSend : WireReceive);
        }
        else
        {
            Fill(SpanKind.Internal, _first, _serverAddress, _ => true);
        }

        return converter.TryAdd(Whole);
    }

    private static int Code(ReadOnlySpan<byte> letters) => (letters[0] << 8) | letters[1];

    private static bool IsCore(int code) =>
        code is ClientSend or ClientReceive or ServerReceive or ServerSend or MessageSend or MessageReceive or WireSend or WireReceive;

    private bool Has(int code) => _core.ContainsKey(code);

    private ZipkinEndpoint EndpointOf(int one, int other)
    {
        var first = _core.GetValueOrDefault(one).Endpoint;
        return first == default ? _core.GetValueOrDefault(other).Endpoint : first;
    }

    private bool IsOneService(ZipkinEndpoint one, ZipkinEndpoint other) => Whole.Texts[one.Service].SequenceEqual(Whole.Texts[other.Service]);

    private void Fill(SpanKind kind, ZipkinEndpoint local, ZipkinEndpoint remote, Func<ZipkinEndpoint, bool> isOfIt)
    {
        (Whole.Kind, Whole.Local, Whole.Remote, Whole.IsShared) = (kind, local == default ? _first : local, remote, false);
        Whole.Annotations.Clear();
        Whole.Tags.Clear();
        foreach (var (timestamp, value, endpoint) in _annotations)
        {
            if (isOfIt(endpoint))
            {
                Whole.Annotations.Add((timestamp, value));
            }
        }

        foreach (var (tag, endpoint) in _tags)
        {
            if (isOfIt(endpoint))
            {
                Whole.Tags.Add(tag);
            }
        }
    }

    private void SetTimes(ulong timestamp, ulong duration, int begin, int end)
    {
        var (first, last) = (_core.GetValueOrDefault(begin).Timestamp, _core.GetValueOrDefault(end).Timestamp);
        Whole.Timestamp = timestamp != 0 ? timestamp : first != 0 ? first : last;
        Whole.Duration = duration != 0 ? duration : first != 0 && last > first ? last - first : 0;
    }
}
