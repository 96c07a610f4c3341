// SPDX-License-Identifier: Apache-2.0
namespace Agent.Delivery.Exporters;

/// <summary>
/// Endpoint and headers by the OTLP exporter specification: OTEL_EXPORTER_OTLP_TRACES_ENDPOINT is used as it is,
/// OTEL_EXPORTER_OTLP_ENDPOINT is a base that gets <c>v1/traces</c> appended.
/// </summary>
internal static class OtlpEndpoint
{
    private const string TracesVariable = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT";
    private const string BaseVariable = "OTEL_EXPORTER_OTLP_ENDPOINT";

    public static Uri? Resolve(Func<string, string?> variable)
    {
        var protocol = Text(variable, "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL")
            ?? Text(variable, "OTEL_EXPORTER_OTLP_PROTOCOL");
        var traces = Text(variable, TracesVariable);
        var shared = Text(variable, BaseVariable);
        if (traces is null && shared is null)
        {
            return null;
        }

        if (protocol is not (null or "http/protobuf"))
        {
            throw new FormatException(
                $"OTEL_EXPORTER_OTLP_PROTOCOL is '{protocol}'; only http/protobuf is spoken, "
                + "for which collectors listen on port 4318");
        }

        return traces is not null
            ? Parse(TracesVariable, traces)
            : Parse(BaseVariable, $"{shared!.TrimEnd('/')}/v1/traces");
    }

    /// <summary><c>key1=value1,key2=value2</c>, values percent-encoded as in W3C Baggage.</summary>
    public static IReadOnlyList<KeyValuePair<string, string>> ParseHeaders(string? list)
    {
        if (list is null)
        {
            return [];
        }

        var headers = new List<KeyValuePair<string, string>>();
        foreach (var pair in list.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = pair.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0)
            {
                throw new FormatException(
                    "OTEL_EXPORTER_OTLP_HEADERS must be a list key1=value1,key2=value2; a part has no key or no '='");
            }

            headers.Add(new(Decode(pair[..equals]), Decode(pair[(equals + 1)..])));
        }

        return headers;
    }

    private static string Decode(string text) => Uri.UnescapeDataString(text.Trim());

    private static Uri Parse(string variable, string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"
            ? uri
            : throw new FormatException($"{variable} is '{text}'; it must be a URL like http://localhost:4318");

    private static string? Text(Func<string, string?> variable, string name) =>
        variable(name)?.Trim() is { Length: > 0 } text ? text : null;
}
