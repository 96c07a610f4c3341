// SPDX-License-Identifier: Apache-2.0
using System.Text.Json;

namespace Agent.Kubernetes;

/// <summary>What a line of a watch tells.</summary>
internal enum WatchKind
{
    /// <summary>Something of a later release.</summary>
    Unknown,

    /// <summary>New or changed.</summary>
    Put,
    Deleted,

    /// <summary>Nothing happened until this version.</summary>
    Bookmark,
    Error,
}

/// <summary>One line of a watch.</summary>
internal readonly ref struct WatchEvent
{
    internal WatchKind Kind { get; private init; }

    internal ReadOnlySpan<byte> Object { get; private init; }

    /// <summary>Of the object.</summary>
    internal string? ResourceVersion { get; private init; }

    /// <summary>Of an error: a status of HTTP.</summary>
    internal int Code { get; private init; }

    /// <summary>Throws <see cref="JsonException"/>.</summary>
    internal static WatchEvent Parse(ReadOnlySpan<byte> line)
    {
        var reader = new Utf8JsonReader(line);
        reader.Read();
        var kind = WatchKind.Unknown;
        var body = ReadOnlySpan<byte>.Empty;
        for (var fields = JsonWalk.Into(ref reader); fields.NextProperty(ref reader);)
        {
            switch (JsonWalk.Enter(ref reader, ["type", "object"]))
            {
                case 0:
                    kind = KindOf(JsonWalk.Text(ref reader));
                    break;
                case 1:
                    var begin = (int)reader.TokenStartIndex;
                    reader.Skip();
                    body = line[begin..(int)reader.BytesConsumed];
                    break;
            }
        }
        var (version, code) = body.IsEmpty ? (null, 0) : ReadObject(body);
        return new WatchEvent { Kind = kind, Object = body, ResourceVersion = version, Code = code };
    }

    private static WatchKind KindOf(string? type) => type switch
    {
        "ADDED" or "MODIFIED" => WatchKind.Put,
        "DELETED" => WatchKind.Deleted,
        "BOOKMARK" => WatchKind.Bookmark,
        "ERROR" => WatchKind.Error,
        _ => WatchKind.Unknown,
    };

    private static (string? Version, int Code) ReadObject(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        reader.Read();
        string? version = null;
        var code = 0;
        for (var fields = JsonWalk.Into(ref reader); fields.NextProperty(ref reader);)
        {
            switch (JsonWalk.Enter(ref reader, ["metadata", "code"]))
            {
                case 0:
                    for (var metadata = JsonWalk.Into(ref reader); metadata.NextProperty(ref reader);)
                    {
                        version = JsonWalk.Enter(ref reader, ["resourceVersion"]) == 0 ? JsonWalk.Text(ref reader) : version;
                    }
                    break;
                case 1:
                    _ = reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out code);
                    reader.Skip();
                    break;
            }
        }
        return (version, code);
    }
}
