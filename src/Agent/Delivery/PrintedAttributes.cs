// SPDX-License-Identifier: Apache-2.0
using System.Text;
using Agent.Protocols;
using Agent.Tracing;

namespace Agent.Delivery;

/// <summary>The attributes of one span that a person reads in a line: how it ended, and where it went.</summary>
internal readonly struct PrintedAttributes
{
    private readonly string _httpStatus = "";
    private readonly string _callStatus = "";
    private readonly string _error = "";
    private readonly string _url = "";
    private readonly string _server = "";
    private readonly long _port;
    private readonly bool _isCall;

    public PrintedAttributes(scoped in SpanView span)
    {
        var attributes = span.Attributes();
        while (attributes.Next())
        {
            if (attributes.Key.SequenceEqual(AttributeKeys.HttpResponseStatusCode))
            {
                _httpStatus = Number(attributes.Integer);
            }
            else if (attributes.Key.SequenceEqual(AttributeKeys.RpcSystem))
            {
                _isCall = true;
            }
            else if (attributes.Key.SequenceEqual(AttributeKeys.RpcGrpcStatusCode))
            {
                _callStatus = CallStatus(attributes.Integer);
            }
            else if (attributes.Key.SequenceEqual(AttributeKeys.ErrorType))
            {
                _error = PrintedSpan.Clean(attributes.Text);
            }
            else if (attributes.Key.SequenceEqual(AttributeKeys.UrlFull))
            {
                _url = PrintedSpan.Clean(attributes.Text);
            }
            else if (attributes.Key.SequenceEqual(AttributeKeys.ServerAddress))
            {
                _server = PrintedSpan.Clean(attributes.Text);
            }
            else if (attributes.Key.SequenceEqual(AttributeKeys.ServerPort))
            {
                _port = attributes.Integer;
            }
        }
    }

    /// <summary>That of the call, or else of HTTP, which says 200 for nearly every call; or why there is none.</summary>
    public string Status
    {
        get
        {
            var status = _isCall ? _callStatus : _httpStatus;
            return status.Length > 0 ? status : _error.Length > 0 ? _error : "-";
        }
    }

    /// <summary>Of a client's span. The name of a call says already what was asked for; it lacks the server.</summary>
    public string Place => _isCall ? Server : HostAndPath(_url);

    private string Server =>
        (_server.Contains(':', StringComparison.Ordinal) ? $"[{_server}]" : _server) + (_port == 0 ? "" : $":{Number(_port)}");

    private static string CallStatus(long code)
    {
        var name = Encoding.ASCII.GetString(GrpcStatus.NameOf((int)code));
        return name.Length > 0 ? name : Number(code);
    }

    private static string Number(long number) => number.ToString("d", null);

    /// <summary>Scheme and query say little and are long.</summary>
    private static string HostAndPath(string url)
    {
        var start = url.IndexOf("://", StringComparison.Ordinal);
        var place = start < 0 ? url : url[(start + 3)..];
        var query = place.IndexOf('?', StringComparison.Ordinal);
        return query < 0 ? place : place[..query];
    }
}
