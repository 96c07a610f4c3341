// SPDX-License-Identifier: Apache-2.0
// Who calls whom. The span of a server names that of its client as its parent, so both sides of a request on this host make one edge
// between two services. Sides wait for each other in a table of fixed size, at a place that follows from the id: nothing is allocated,
// and one that is displaced, or waits too long, is an edge to the peer by the name that the client used (`virtual_node`), or, when it
// is a server's, unpaired: its client is on another host and is told of there. Names are those of Tempo and of the collector's
// service graph connector, so their dashboards find them.
using System.Buffers.Binary;
using System.Text;
using Agent.Diagnostics;
using Agent.Tracing;

namespace Agent.Application;

/// <summary>Edges between services. The caller locks.</summary>
internal sealed class ServiceGraph
{
    private const int Places = 4096;
    private const int MaxEdges = 2000;
    private const int MaxNames = 2000;
    private const long PatienceMilliseconds = 10_000;

    private readonly HalfEdge[] _halves = new HalfEdge[Places];
    private readonly LabelTable<ServiceEdge> _edges = new(MaxEdges, ApplicationMetrics.Overflow, _ => new ServiceEdge());
    private readonly LabelTable<byte[]> _names = new(MaxNames, "otel_metric_overflow"u8.ToArray(), name => name);
    private long _unpaired;

    /// <param name="peer">Of a client: whom it called; empty: not known.</param>
    internal void Take(scoped in SpanView span, ReadOnlySpan<byte> peer, double seconds)
    {
        var isClient = span.Kind == SpanView.Client;
        var service = _names.Find(span.Service);
        if (!isClient && span.ParentId.IsEmpty)
        {
            Edge("user"u8, service, "virtual_node"u8).Add(null, seconds, span.IsError);
            return;
        }
        var id = BinaryPrimitives.ReadUInt64LittleEndian(isClient ? span.SpanId : span.ParentId);
        var half = new HalfEdge(id, isClient, service, isClient ? _names.Find(peer) : [], seconds, span.IsError, Environment.TickCount64);
        ref var place = ref _halves[id % Places];
        if (place.Id == id && place.IsClient != isClient)
        {
            Join(isClient ? half : place, isClient ? place : half);
            place = default;
            return;
        }
        Expire(place);
        place = half;
    }

    internal void Describe(MetricsText text)
    {
        ExpireOld();
        text.Counter("traces_service_graph_request_total", "Requests between two services.");
        foreach (var edge in _edges.Entries)
        {
            text.Sample("", Encoding.UTF8.GetString(edge.Labels), edge.Value.Requests);
        }
        text.Counter("traces_service_graph_request_failed_total", "Of these, failed ones.");
        foreach (var edge in _edges.Entries)
        {
            text.Sample("", Encoding.UTF8.GetString(edge.Labels), edge.Value.Failed);
        }
        text.Histogram("traces_service_graph_request_client_seconds", "As the client saw them.");
        foreach (var edge in _edges.Entries)
        {
            edge.Value.AtClient.Describe(text, Encoding.UTF8.GetString(edge.Labels));
        }
        text.Histogram("traces_service_graph_request_server_seconds", "As the server saw them.");
        foreach (var edge in _edges.Entries)
        {
            edge.Value.AtServer.Describe(text, Encoding.UTF8.GetString(edge.Labels));
        }
        text.Counter("traces_service_graph_unpaired_spans_total", "Of servers whose client is not on this host.").Value(_unpaired);
    }

    private void Join(in HalfEdge client, in HalfEdge server) =>
        Edge(client.Service, server.Service, default).Add(client.Seconds, server.Seconds, client.HasFailed || server.HasFailed);

    private void Expire(in HalfEdge half)
    {
        if (half.Id == 0)
        {
            return;
        }
        if (half.IsClient && half.Peer.Length > 0)
        {
            Edge(half.Service, half.Peer, "virtual_node"u8).Add(half.Seconds, null, half.HasFailed);
            return;
        }
        _unpaired++;
    }

    private void ExpireOld()
    {
        var limit = Environment.TickCount64 - PatienceMilliseconds;
        foreach (ref var half in _halves.AsSpan())
        {
            if (half.Id != 0 && half.Since < limit)
            {
                Expire(half);
                half = default;
            }
        }
    }

    private ServiceEdge Edge(ReadOnlySpan<byte> client, ReadOnlySpan<byte> server, ReadOnlySpan<byte> type)
    {
        var labels = new LabelText(stackalloc byte[LabelText.MaxSize]);
        labels.Add("client"u8, client);
        labels.Add("server"u8, server);
        labels.Add("connection_type"u8, type);
        return _edges.Find(labels.Written);
    }
}
