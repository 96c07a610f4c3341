// SPDX-License-Identifier: Apache-2.0
// HILO_INGEST=otlp,zipkin,opencensus             listen where everybody does, on loopback; HILO_INGEST=none: nowhere
// HILO_INGEST_OTLP_GRPC=0.0.0.0:4317             where instead, or unix:///run/hilo/otlp.sock; several with commas in between
// HILO_INGEST_OTLP_HTTP, HILO_INGEST_ZIPKIN, HILO_INGEST_OPENCENSUS
// HILO_INGEST_CERTIFICATE, _KEY, _CLIENT_CA      TLS for all, or for one: HILO_INGEST_OTLP_GRPC_CERTIFICATE …
// HILO_INGEST_MAX_BODY, _MAX_MEMORY, _MAX_CONNECTIONS
using System.Globalization;
using Agent.Config;

namespace Agent.Ingest;

/// <summary>What is to be taken from others, and where.</summary>
internal sealed record IngestOptions
{
    public const string Variable = "HILO_INGEST";
    public const string None = "none";
    public const string Otlp = "otlp";

    private const int DefaultMaxBody = 16 << 20;
    private const int LeastBody = 64 << 10;
    private const int LargestBody = 256 << 20;
    private const int DefaultMaxMemory = 64 << 20;
    private const int DefaultMaxConnections = 10_000;

    private static readonly (IngestProtocol Protocol, string Name, string Group, string Address)[] Known =
    [
        (IngestProtocol.OtlpGrpc, "OTLP_GRPC", Otlp, "localhost:4317"),
        (IngestProtocol.OtlpHttp, "OTLP_HTTP", Otlp, "localhost:4318"),
        (IngestProtocol.Zipkin, "ZIPKIN", "zipkin", "localhost:9411"),
        (IngestProtocol.OpenCensus, "OPENCENSUS", "opencensus", "localhost:55678"),
    ];

    /// <summary>Empty: nothing is taken.</summary>
    public IReadOnlyList<IngestListenerOptions> Listeners { get; init; } = [];

    /// <summary>Bytes of a request, packed and unpacked.</summary>
    public int MaxBody { get; init; } = DefaultMaxBody;

    /// <summary>Of all requests while they are read and converted.</summary>
    public long MaxMemory { get; init; } = DefaultMaxMemory;

    public int MaxConnections { get; init; } = DefaultMaxConnections;

    /// <param name="fallback">What <c>HILO_INGEST</c> is when nothing is said about it: <see cref="Otlp"/>, or <see cref="None"/>.</param>
    public static IngestOptions Read(Func<string, string?> variables, string fallback)
    {
        string? Text(string name) => variables(name)?.Trim() is { Length: > 0 } text ? text : null;

        var groups = Groups(Text(Variable) ?? fallback);
        var listeners = new List<IngestListenerOptions>();
        foreach (var (protocol, name, group, address) in Known)
        {
            var variable = $"{Variable}_{name}";
            if (Text(variable) is { } text || (groups.Contains(group) && (text = address) is not null))
            {
                var tls = IngestTls.Read(new Variables(variables, $"{variable}_", $"{Variable}_"));
                listeners.AddRange(text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
                    .SelectMany(one => IngestAddress.Parse(variable, one)
                        .Select(where => new IngestListenerOptions(protocol, variable, one, where, tls))));
            }
        }

        var body = (int)Size("HILO_INGEST_MAX_BODY", Text, LeastBody, LargestBody, DefaultMaxBody);
        return new()
        {
            Listeners = listeners,
            MaxBody = body,
            MaxMemory = Size("HILO_INGEST_MAX_MEMORY", Text, 4L * body, long.MaxValue, Math.Max(DefaultMaxMemory, 4L * body)),
            MaxConnections = (int)Number("HILO_INGEST_MAX_CONNECTIONS", Text, DefaultMaxConnections),
        };
    }

    private static string[] Groups(string text)
    {
        var groups = text.ToLowerInvariant().Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return groups is [None] ? []
            : groups.All(group => Known.Any(one => one.Group == group)) ? groups
            : throw new ConfigException(Variable, text, "use otlp, zipkin and opencensus with commas in between, or none");
    }

    private static long Number(string name, Func<string, string?> text, int otherwise) =>
        text(name) is not { } value ? otherwise
        : int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0 ? number
        : throw new ConfigException(name, value, "use a positive number");

    private static long Size(string name, Func<string, string?> text, long least, long largest, long otherwise)
    {
        if (text(name) is not { } value)
        {
            return otherwise;
        }

        foreach (var (unit, factor) in new[] { ("KiB", 1L << 10), ("MiB", 1L << 20), ("GiB", 1L << 30), ("", 1L) })
        {
            if (value.EndsWith(unit, StringComparison.OrdinalIgnoreCase) &&
                int.TryParse(value.AsSpan(0, value.Length - unit.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var number) &&
                number * factor >= least && number * factor <= largest)
            {
                return number * factor;
            }
        }

        throw new ConfigException(name, value, $"write a size like 16MiB, at least {least >> 10}KiB{(largest == long.MaxValue ? "" : $" and at most {largest >> 20}MiB")}");
    }
}
