// SPDX-License-Identifier: Apache-2.0
namespace Agent.Config;

/// <summary>
/// OTEL_PROPAGATORS: the formats that are written. All are read, whatever is configured, W3C before B3.
/// </summary>
/// <param name="W3c">Writes <c>traceparent</c>, and passes on the <c>tracestate</c> that came with a request.</param>
/// <param name="Baggage">Passes on <c>baggage</c>.</param>
/// <param name="B3">Writes one <c>b3</c> header.</param>
/// <param name="B3Multi">Writes <c>X-B3-TraceId</c>, <c>X-B3-SpanId</c> and <c>X-B3-Sampled</c>, or <c>X-B3-Flags</c>.</param>
internal readonly record struct PropagatorOptions(bool W3c, bool Baggage, bool B3, bool B3Multi)
{
    /// <summary>False: there is no format to write a context in.</summary>
    internal bool WritesContext => W3c || B3 || B3Multi;

    internal static PropagatorOptions Parse(string? list)
    {
        const string variable = "OTEL_PROPAGATORS";
        var options = default(PropagatorOptions);
        var text = string.IsNullOrWhiteSpace(list) ? "tracecontext,baggage" : list;
        foreach (var name in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            options = name switch
            {
                "tracecontext" => options with { W3c = true },
                "baggage" => options with { Baggage = true },
                "b3" => options with { B3 = true },
                "b3multi" => options with { B3Multi = true },
                "none" => options,
                _ => throw new ConfigException(variable, text, "use tracecontext, baggage, b3, b3multi or none"),
            };
        }
        return options;
    }
}
