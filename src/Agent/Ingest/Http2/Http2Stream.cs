// SPDX-License-Identifier: Apache-2.0
using System.Text;
using Agent.Ingest.Http;

namespace Agent.Ingest.Http2;

/// <summary>One request of HTTP/2. Its connection's lock guards it.</summary>
internal sealed class Http2Stream(int id, long begun)
{
    private const int LongestFields = 16 * 1024;
    private const int PerField = 32; // as RFC 9113 counts

    private string _method = "";
    private string _path = "";
    private string _mediaType = "";
    private string _encoding = "";
    private int _fields;

    public int Id => id;

    /// <summary>When its first frame came.</summary>
    public long Begun => begun;

    public string GrpcEncoding { get; private set; } = "";

    public HttpQuestion Question => new(_method, _path, _mediaType, _encoding);

    public bool IsGrpc => _mediaType is "application/grpc" or "application/grpc+proto";

    /// <summary>What came and nobody has taken.</summary>
    public IngestBuffer? Body { get; set; }

    public bool HasFields { get; set; }

    /// <summary>The client has sent everything.</summary>
    public bool IsWhole { get; set; }

    public bool IsClosed { get; set; }

    /// <summary>It has its answer, or one is being made.</summary>
    public bool IsAnswered { get; set; }

    /// <summary>Why its body was not taken.</summary>
    public IngestAnswer? Refusal { get; set; }

    /// <summary>Set for streams of messages: somebody waits for them.</summary>
    public SemaphoreSlim? Arrived { get; set; }

    /// <summary>Bytes of a stream of messages for which the client has not got new room.</summary>
    public int Unconsumed { get; set; }

    public Http2Reply? Reply { get; set; }

    /// <summary>Bytes of the reply's body that were sent.</summary>
    public int Sent { get; set; }

    /// <summary>False when there are too many of them.</summary>
    public bool TryAdd(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        _fields += name.Length + value.Length + PerField;
        if (_fields > LongestFields)
        {
            return false;
        }

        switch (name)
        {
            case var _ when name.SequenceEqual(":method"u8):
                _method = Encoding.Latin1.GetString(value);
                break;
            case var _ when name.SequenceEqual(":path"u8):
                _path = Encoding.Latin1.GetString(value).Split('?')[0];
                break;
            case var _ when name.SequenceEqual("content-type"u8):
                _mediaType = HttpQuestion.MediaTypeOf(Encoding.Latin1.GetString(value));
                break;
            case var _ when name.SequenceEqual("content-encoding"u8):
                _encoding = Encoding.Latin1.GetString(value).ToLowerInvariant();
                break;
            case var _ when name.SequenceEqual("grpc-encoding"u8):
                GrpcEncoding = Encoding.Latin1.GetString(value).ToLowerInvariant();
                break;
            default:
                break;
        }

        return true;
    }

    public IngestBuffer? TakeBody()
    {
        var body = Body;
        Body = null;
        return body;
    }
}
