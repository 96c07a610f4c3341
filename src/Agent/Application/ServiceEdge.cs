// SPDX-License-Identifier: Apache-2.0
namespace Agent.Application;

/// <summary>Requests of one service to another, as each of both saw them.</summary>
internal sealed class ServiceEdge
{
    internal long Requests { get; private set; }

    internal long Failed { get; private set; }

    internal DurationHistogram AtClient { get; } = new();

    internal DurationHistogram AtServer { get; } = new();

    /// <param name="client">Seconds; null where that side was not seen.</param>
    internal void Add(double? client, double? server, bool hasFailed)
    {
        Requests++;
        Failed += hasFailed ? 1 : 0;
        if (client is { } atClient)
        {
            AtClient.Add(atClient);
        }
        if (server is { } atServer)
        {
            AtServer.Add(atServer);
        }
    }
}
