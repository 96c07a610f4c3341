// SPDX-License-Identifier: Apache-2.0
using System.Buffers.Binary;
using System.Text.Json;
using OpenTelemetry.Proto.Collector.Trace.V1;

namespace Agent.Tests.Delivery.Exporters;

/// <summary>A receiver of OTLP made of the gRPC library of Python.</summary>
internal sealed class Collector : IDisposable
{
    private readonly Folder _folder;
    private readonly ServerProgram _program;

    /// <param name="answers">To one call each; the last to all others. See collector.py.</param>
    /// <param name="tls">File names in the folder: certificate, key and perhaps the authority of clients.</param>
    public Collector(Folder folder, string answers = "ok", string? address = null, params string[] tls)
    {
        _folder = folder;
        Port = Receiver.FreePort();
        File.WriteAllText(folder.Of("answers"), answers);
        _program = new ServerProgram(
        [
            "/usr/bin/python3", ServerProgram.File("../../../../Scenarios/Services/python/collector.py"), address ?? $"127.0.0.1:{Port}", folder.Path, .. tls.Select(folder.Of),
        ]);
        _program.WaitFor(() => _program.Printed.Contains("ready", StringComparison.Ordinal));
    }

    public int Port { get; }

    /// <summary>Metadata and more of each call.</summary>
    public IReadOnlyList<JsonElement> Calls =>
        [.. File.ReadAllLines(_folder.Of("calls")).Select(line => JsonDocument.Parse(line).RootElement)];

    public int Spans
    {
        get
        {
            var bytes = File.Exists(_folder.Of("accepted")) ? File.ReadAllBytes(_folder.Of("accepted")) : [];
            var spans = 0;
            for (var at = 0; at < bytes.Length;)
            {
                var size = BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(at));
                var request = ExportTraceServiceRequest.Parser.ParseFrom(bytes.AsSpan(at + 4, size));
                spans += request.ResourceSpans.SelectMany(resource => resource.ScopeSpans).Sum(scope => scope.Spans.Count);
                at += 4 + size;
            }

            return spans;
        }
    }

    public void Dispose() => _program.Dispose();
}
