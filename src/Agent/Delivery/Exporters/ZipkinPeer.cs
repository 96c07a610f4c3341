// SPDX-License-Identifier: Apache-2.0
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Agent.Otlp;
using Agent.Tracing;

namespace Agent.Delivery.Exporters;

/// <summary>The other end of a span, which Zipkin draws even where it sends no spans of its own.</summary>
internal readonly record struct ZipkinPeer(string? Service, IPAddress? Address, long Port)
{
    public static ZipkinPeer Of(ReadOnlySpan<byte> span, ulong kind)
    {
        var isClient = (SpanKind)kind is SpanKind.Client or SpanKind.Producer;
        if (!isClient && (SpanKind)kind is not (SpanKind.Server or SpanKind.Consumer))
        {
            return default;
        }

        string? service = null, named = null, peer = null;
        long namedPort = 0, peerPort = 0;
        var attributes = new AttributeReader(span, SpanFields.Attributes);
        while (attributes.Next())
        {
            switch (attributes.Key)
            {
                case var key when isClient && key.SequenceEqual("peer.service"u8):
                    service = Text(attributes);
                    break;
                case var key when key.SequenceEqual(isClient ? AttributeKeys.ServerAddress : AttributeKeys.ClientAddress):
                    named = Text(attributes);
                    break;
                case var key when key.SequenceEqual(isClient ? AttributeKeys.ServerPort : "client.port"u8):
                    namedPort = attributes.Integer;
                    break;
                case var key when key.SequenceEqual(AttributeKeys.NetworkPeerAddress):
                    peer = Text(attributes);
                    break;
                case var key when key.SequenceEqual(AttributeKeys.NetworkPeerPort):
                    peerPort = attributes.Integer;
                    break;
            }
        }

        // The address on the wire, which may be a proxy's, only where there is no better one.
        var isAddress = IPAddress.TryParse(named, out var address);
        return isAddress || (named is not null && peer is null)
            ? new(service ?? (isAddress || !isClient ? null : named), address, namedPort)
            : new(service ?? (isClient ? named : null), IPAddress.TryParse(peer, out var onWire) ? onWire : null, peerPort);
    }

    public void Write(Utf8JsonWriter json)
    {
        if (Service is null && Address is null)
        {
            return;
        }

        json.WriteStartObject("remoteEndpoint"u8);
        if (Service is not null)
        {
            json.WriteString("serviceName"u8, Service);
        }

        if (Address is not null)
        {
            json.WriteString(Address.AddressFamily == AddressFamily.InterNetwork ? "ipv4"u8 : "ipv6"u8, Address.ToString());
        }

        if (Port is > 0 and <= ushort.MaxValue)
        {
            json.WriteNumber("port"u8, Port);
        }

        json.WriteEndObject();
    }

    private static string? Text(scoped in AttributeReader attribute) =>
        attribute.IsText && !attribute.Text.IsEmpty ? Encoding.UTF8.GetString(attribute.Text) : null;
}
