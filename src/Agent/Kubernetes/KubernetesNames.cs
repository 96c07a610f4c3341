// SPDX-License-Identifier: Apache-2.0
using Agent.Config;
using Agent.Delivery.Exporters;
using Agent.Diagnostics;

namespace Agent.Kubernetes;

/// <summary>Watches the cluster in the background, and says what is known of it.</summary>
internal sealed class KubernetesNames : IDisposable
{
    private static readonly TimeSpan MaxPause = TimeSpan.FromSeconds(30);

    private readonly CancellationTokenSource _stop = new();
    private readonly KubernetesOptions _options;
    private readonly ApiServer _server;
    private readonly Action _onChange;
    private int _isTold;

    private KubernetesNames(KubernetesOptions options, PeerNames peers, Action onChange)
    {
        (_options, _onChange) = (options, onChange);
        _server = new ApiServer(options);
        Pods = new PodStore(Tell, peers);
    }

    internal PodStore Pods { get; }

    internal string? ClusterName => _options.ClusterName;

    /// <summary>How long spans of a process may wait for its names.</summary>
    internal TimeSpan Wait => _options.Wait;

    /// <summary>Null when names are not asked for.</summary>
    /// <param name="peers">Learns the addresses of services and pods.</param>
    /// <param name="onChange">Called on some thread after pods changed, not again before <see cref="Take"/>.</param>
    internal static KubernetesNames? Start(KubernetesOptions options, PeerNames? peers, Action onChange)
    {
        if (options.IsMissed)
        {
            Log.Warn($"kubernetes: {KubernetesOptions.EnableName}: this is not in a pod: KUBERNETES_SERVICE_HOST does not say where the API server is");
        }
        if (options.Server is null || peers is null)
        {
            return null;
        }
        var names = new KubernetesNames(options, peers, onChange);
        _ = Task.Run(names.RunAsync);
        if (options.WatchesServices)
        {
            var services = new Informer(names._server, new ServiceStore(peers), "/api/v1/services", "", options.Reconnect);
            _ = Task.Run(() => services.RunAsync(names._stop.Token));
        }
        return names;
    }

    /// <summary>What changed until now will be looked at.</summary>
    internal void Take() => Volatile.Write(ref _isTold, 0);

    public void Dispose()
    {
        _stop.Cancel();
        _server.Dispose();
    }

    private void Tell()
    {
        if (Interlocked.Exchange(ref _isTold, 1) == 0)
        {
            _onChange();
        }
    }

    private async Task RunAsync()
    {
        try
        {
            var query = _options.OnlyLocalPods ? $"&fieldSelector=spec.nodeName%3D{Uri.EscapeDataString(await FindNodeAsync().ConfigureAwait(false))}" : "";
            await new Informer(_server, Pods, "/api/v1/pods", query, _options.Reconnect).RunAsync(_stop.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // It ends.
        }
        catch (Exception failure) when (!_stop.IsCancellationRequested)
        {
            Log.Error($"kubernetes: pods are not watched any more: {failure}");
        }
    }

    private async Task<string> FindNodeAsync()
    {
        var pause = new RetryDelay(_options.Reconnect, MaxPause);
        string? complaint = null;
        while (true)
        {
            try
            {
                var node = await NodeName.FindAsync(_options, _server, _stop.Token).ConfigureAwait(false);
                Log.Info($"kubernetes: names pods of node {node}");
                return node;
            }
            catch (Exception failure) when (!_stop.IsCancellationRequested && Informer.IsFailure(failure))
            {
                if (complaint != (complaint = Informer.Explain(failure)))
                {
                    Log.Warn($"kubernetes: {complaint}");
                }
                await Task.Delay(pause.Next(null), _stop.Token).ConfigureAwait(false);
            }
        }
    }
}
