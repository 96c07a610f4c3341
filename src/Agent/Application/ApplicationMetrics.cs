// SPDX-License-Identifier: Apache-2.0
// Request metrics are made from the encoded spans of sealed batches: the names in them are final, every protocol is described there
// in the same words, and whoever does not ask for metrics pays nothing on the way of a span. What is not sampled is not in a batch,
// so with a sampler these figures are those of sampled requests.
using System.Runtime.CompilerServices;
using System.Text;
using Agent.Config;
using Agent.Diagnostics;
using Agent.Tracing;

namespace Agent.Application;

/// <summary>Rate, errors and durations of requests, and who calls whom. Written by the event thread, read by the one that answers scrapes.</summary>
internal sealed class ApplicationMetrics(ApplicationOptions options)
{
    /// <summary>The limit that the SDKs of OpenTelemetry have for a metric.</summary>
    private const int MaxSeries = 2000;

    private readonly Lock _lock = new();
    private readonly LabelTable<DurationHistogram> _httpServer = Series();
    private readonly LabelTable<DurationHistogram> _httpClient = Series();
    private readonly LabelTable<DurationHistogram> _rpcServer = Series();
    private readonly LabelTable<DurationHistogram> _rpcClient = Series();
    private readonly ServiceGraph? _graph = options.ServiceGraph ? new ServiceGraph() : null;

    /// <summary>The label of what found no room.</summary>
    internal static byte[] Overflow { get; } = [.. "otel_metric_overflow=\"true\""u8];

    /// <param name="batch">Encoded <c>resource_spans</c>.</param>
    internal void Take(ReadOnlySpan<byte> batch)
    {
        lock (_lock)
        {
            var spans = new SpanReader(batch);
            while (spans.Next())
            {
                Take(spans.Current);
            }
        }
    }

    internal void Describe(MetricsText text)
    {
        lock (_lock)
        {
            if (options.Requests)
            {
                Describe(text, _httpServer, "http_server_request_duration_seconds", "HTTP requests answered.");
                Describe(text, _httpClient, "http_client_request_duration_seconds", "HTTP requests made.");
                Describe(text, _rpcServer, "rpc_server_duration_seconds", "RPC calls answered.");
                Describe(text, _rpcClient, "rpc_client_duration_seconds", "RPC calls made.");
            }
            _graph?.Describe(text);
        }
    }

    [SkipLocalsInit]
    private void Take(scoped in SpanView span)
    {
        if (span.Kind is not (SpanView.Server or SpanView.Client))
        {
            return;
        }
        var facts = new RequestFacts(span);
        var seconds = span.Duration / 1e9;
        if (options.Requests)
        {
            var labels = new LabelText(stackalloc byte[LabelText.MaxSize]);
            labels.Add("service_name"u8, span.Service);
            facts.Label(ref labels, span.Kind == SpanView.Client);
            Table(span.Kind == SpanView.Client, facts.IsRpc).Find(labels.Written).Add(seconds);
        }
        _graph?.Take(span, facts.Peer, seconds);
    }

    private LabelTable<DurationHistogram> Table(bool isClient, bool isRpc) =>
        isRpc ? (isClient ? _rpcClient : _rpcServer) : isClient ? _httpClient : _httpServer;

    private static LabelTable<DurationHistogram> Series() => new(MaxSeries, Overflow, _ => new DurationHistogram());

    private static void Describe(MetricsText text, LabelTable<DurationHistogram> table, string name, string help)
    {
        if (table.Entries.Count == 0)
        {
            return;
        }
        text.Histogram(name, help);
        foreach (var entry in table.Entries)
        {
            entry.Value.Describe(text, Encoding.UTF8.GetString(entry.Labels));
        }
    }
}
