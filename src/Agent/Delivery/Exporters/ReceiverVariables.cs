// SPDX-License-Identifier: Apache-2.0
// Receivers come from the OTEL_* variables of the OTLP and Zipkin exporter specifications, which describe one of each kind,
// and from HILO_RECEIVERS, a list of names with variables of their own. What cannot be meant is named even where nothing
// is sent.
using System.Net;
using Agent.Config;
using Agent.Delivery.Kafka;

namespace Agent.Delivery.Exporters;

/// <summary>From environment variables to receivers.</summary>
internal sealed class ReceiverVariables
{
    private const string ListName = "HILO_RECEIVERS";
    private const string OtlpPrefix = "OTEL_EXPORTER_OTLP_";
    private const string TracesPrefix = "OTEL_EXPORTER_OTLP_TRACES_";
    private const string ZipkinPrefix = "OTEL_EXPORTER_ZIPKIN_";
    private const string ProtocolRemedy = "use http/protobuf (collectors listen for it on port 4318) or grpc (4317)";

    private const int GrpcPort = 4317;
    private const int HttpPort = 4318;

    private readonly Func<string, string?> _variable;
    private readonly IWebProxy? _proxy;

    private ReceiverVariables(Func<string, string?> variable)
    {
        _variable = variable;
        _proxy = ProxyVariables.Read(variable);
    }

    /// <summary>Throws <see cref="FormatException"/>, which names variable, value and remedy.</summary>
    public static IReadOnlyList<ReceiverOptions> Read(Func<string, string?> variable, TracesExporters exporters) =>
        new ReceiverVariables(variable).Read(exporters);

    private List<ReceiverOptions> Read(TracesExporters exporters)
    {
        List<ReceiverOptions?> all = [ReadOtlp(exporters), ReadZipkin(exporters)];
        all.AddRange(Names().Select(ReadNamed));
        var receivers = all.OfType<ReceiverOptions>().ToList();
        var twice = receivers.GroupBy(receiver => receiver.Name).FirstOrDefault(group => group.Skip(1).Any());
        return twice is null ? receivers : throw new ConfigException(
            ListName, _variable(ListName)!.Trim(), $"{twice.Key} stands for two receivers, use another name");
    }

    private IEnumerable<string> Names()
    {
        var list = _variable(ListName)?.Trim() ?? "";
        foreach (var name in list.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            yield return name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_')
                ? name.ToLowerInvariant()
                : throw new ConfigException(ListName, list, "use names of letters, digits, - and _, separated by commas");
        }
    }

    private ReceiverOptions? ReadOtlp(TracesExporters exporters)
    {
        var settings = new Variables(_variable, TracesPrefix, OtlpPrefix);
        var isGrpc = IsGrpc(settings);
        var isInsecure = IsInsecure(settings);
        var port = isGrpc ? GrpcPort : HttpPort;
        var (name, text) = settings.Find("ENDPOINT") ?? (OtlpPrefix + "ENDPOINT", $"http://localhost:{port}");
        var options = Common(settings, new()
        {
            Name = "otlp",
            Protocol = isGrpc ? ReceiverProtocol.OtlpGrpc : ReceiverProtocol.OtlpHttp,
            Endpoint = isGrpc
                ? ReceiverEndpoint.Grpc(name, text, isInsecure)
                : ReceiverEndpoint.Http(name, text, name.StartsWith(TracesPrefix, StringComparison.Ordinal) ? "" : OtlpHttpExporter.Path),
        });
        var isWanted = exporters.IsSet ? exporters.Otlp : settings.Text("ENDPOINT") is not null;
        return isWanted ? options : null;
    }

    private ReceiverOptions? ReadZipkin(TracesExporters exporters)
    {
        var settings = new Variables(_variable, ZipkinPrefix);
        var text = settings.Text("ENDPOINT") ?? "http://localhost:9411" + ZipkinExporter.Path;
        var options = Common(settings, new()
        {
            Name = "zipkin",
            Protocol = ReceiverProtocol.Zipkin,
            Endpoint = ReceiverEndpoint.Http(settings.NameOf("ENDPOINT"), text, ""),
        });
        return exporters.Zipkin ? options : null;
    }

    private ReceiverOptions ReadNamed(string name)
    {
        var settings = new Variables(_variable, $"HILO_RECEIVER_{name.Replace('-', '_').ToUpperInvariant()}_");
        var type = settings.Word("TYPE", "use otlp, zipkin, file or kafka", "otlp", "zipkin", "file", "kafka") ?? "otlp";
        var isGrpc = IsGrpc(settings);
        var (variable, text) = settings.Find("ENDPOINT") ?? throw new ConfigException(
            settings.NameOf("ENDPOINT"), "", $"say where the spans for {name} go ({ListName})");
        if (type == "kafka")
        {
            return Common(settings, KafkaVariables.ReadReceiver(_variable, name, variable, text));
        }
        var protocol = type switch
        {
            "zipkin" => ReceiverProtocol.Zipkin,
            "file" => ReceiverProtocol.File,
            _ => isGrpc ? ReceiverProtocol.OtlpGrpc : ReceiverProtocol.OtlpHttp,
        };
        return Common(settings, new()
        {
            Name = name,
            Protocol = protocol,
            Endpoint = protocol switch
            {
                ReceiverProtocol.OtlpGrpc => ReceiverEndpoint.Grpc(variable, text, IsInsecure(settings)),
                ReceiverProtocol.Zipkin => ReceiverEndpoint.Http(variable, text, ZipkinExporter.Path),
                ReceiverProtocol.File => ReceiverEndpoint.File(variable, text),
                _ => ReceiverEndpoint.Http(variable, text, OtlpHttpExporter.Path),
            },
        });
    }

    // Where nobody says what is spoken, the port of gRPC does, as with OBI.
    private static bool IsGrpc(Variables settings) =>
        (settings.Word("PROTOCOL", ProtocolRemedy, "http/protobuf", "grpc") ?? Usual(settings.Text("ENDPOINT"))) == "grpc";

    private static string? Usual(string? endpoint) =>
        Uri.TryCreate(endpoint, UriKind.Absolute, out var uri) && uri is { Port: GrpcPort, AbsolutePath: "/" } ? "grpc" : null;

    private static bool IsInsecure(Variables settings) => settings.Switch("INSECURE") ?? false;

    private ReceiverOptions Common(Variables settings, ReceiverOptions options) => options with
    {
        Headers = settings.Find("HEADERS") is var (name, list) ? HeaderList.Parse(name, list) : [],
        Timeout = settings.Milliseconds("TIMEOUT") ?? options.Timeout,
        Compresses = settings.Word("COMPRESSION", "use gzip or none", "gzip", "none") == "gzip",
        Tls = ReceiverTls.Read(settings),
        Proxy = options.IsSocket ? null : _proxy,
    };
}
