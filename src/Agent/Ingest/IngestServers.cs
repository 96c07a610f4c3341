// SPDX-License-Identifier: Apache-2.0
// Takes traces from what is already instrumented:
//
//   listener → connection ┬ HTTP/1 ┬→ HttpDesk ┬→ IngestDesk (check, convert) → IIntake
//                         └ HTTP/2 ┴→ GrpcDesk ┘
//
// Everything is asynchronous on the thread pool. Nothing of it is traced: the kernel side leaves out the sockets of the agent.
using System.Net;
using Agent.Delivery;

namespace Agent.Ingest;

/// <summary>The servers of a run.</summary>
internal sealed class IngestServers : IDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly CancellationTokenSource _cancel = new();
    private readonly List<IngestListener> _listeners = [];
    private readonly IngestConnections _connections;
    private readonly List<Task> _accepting = [];

    private IngestServers(IngestOptions options, IIntake intake, Action<string> log)
    {
        _connections = new IngestConnections(options.MaxConnections, Counters);
        var desk = new IngestDesk(intake, new IngestMemory(options.MaxMemory), Counters, options.MaxBody, TimeProvider.System);
        try
        {
            foreach (var listener in options.Listeners)
            {
                _listeners.Add(new IngestListener(listener, desk, _connections, log));
            }
        }
        catch
        {
            Dispose();
            throw;
        }

        _connections.Start();
        _accepting.AddRange(_listeners.Select(listener => listener.RunAsync(_stopping.Token, _cancel.Token)));
    }

    public IngestCounters Counters { get; } = new();

    /// <summary>In the order of the options.</summary>
    public IReadOnlyList<EndPoint> Addresses => [.. _listeners.Select(listener => listener.Address)];

    /// <summary>Throws <see cref="Config.ConfigException"/> where an address cannot be used.</summary>
    public static IngestServers Start(IngestOptions options, IIntake intake, Action<string> log) => new(options, intake, log);

    /// <summary>Takes nothing new and answers what is there, for so long; before the intake closes.</summary>
    public async Task StopAsync(TimeSpan limit)
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(_accepting).ConfigureAwait(false);
        _listeners.ForEach(listener => listener.Dispose());
        await _connections.CloseAsync(limit).ConfigureAwait(false);
        await _cancel.CancelAsync().ConfigureAwait(false);
    }

    public void Dispose()
    {
        _stopping.Cancel();
        _cancel.Cancel();
        _listeners.ForEach(listener => listener.Dispose());
        _connections.Dispose();
    }
}
