// SPDX-License-Identifier: Apache-2.0
// The kubelet does not tell a pod which node it is on, unless its manifest asks for it; the manifests that this image is put into
// often do not. The pod itself knows: its name is the host name, where it has a network of its own. Where it has that of the node,
// the host name is mostly that of the node.
using System.Net;
using System.Text.Json;
using Agent.Config;

namespace Agent.Kubernetes;

/// <summary>Finds out which node this is.</summary>
internal static class NodeName
{
    private const int MaxPod = 4 << 20;

    /// <summary>Throws as <see cref="ApiServer.GetAsync"/> does, except when the server knows no such pod or does not tell.</summary>
    internal static async Task<string> FindAsync(KubernetesOptions options, ApiServer server, CancellationToken cancel)
    {
        var host = Environment.MachineName;
        if (options.NodeName is { } told)
        {
            return told;
        }
        if (server.Namespace is not { } own)
        {
            return host;
        }
        try
        {
            var path = $"/api/v1/namespaces/{Uri.EscapeDataString(own)}/pods/{Uri.EscapeDataString(host)}";
            using var response = await server.GetAsync(path, cancel).ConfigureAwait(false);
            await response.Content.LoadIntoBufferAsync(MaxPod, cancel).ConfigureAwait(false);
            var pod = PodReader.Read(await response.Content.ReadAsByteArrayAsync(cancel).ConfigureAwait(false));
            return pod?.NodeName is { Length: > 0 } node ? node : host;
        }
        catch (ApiException no) when (no.Status is HttpStatusCode.NotFound or HttpStatusCode.Forbidden)
        {
            return host;
        }
        catch (JsonException)
        {
            return host;
        }
    }
}
