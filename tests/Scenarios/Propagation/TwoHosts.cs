// SPDX-License-Identifier: Apache-2.0
using Scenarios.Harness;

namespace Scenarios.Propagation;

/// <summary>
/// Two agents that know nothing of each other, each with a cgroup and a network namespace of its own, and a router between them.
/// </summary>
public abstract class TwoHosts : Scenario
{
    private protected Sandbox Other { get; }

    private protected Route Route { get; }

    protected TwoHosts()
    {
        Other = AddSandbox();
        Route = new Route(Sandbox, Other);
    }

    /// <summary>Plays to the other host; every byte arrives as it was sent.</summary>
    private protected void Unchanged(Conversation talk, Recorder recorder, string address = Route.Far)
    {
        StartPlayer(talk, address: address).Finish();
        Assert.All(Compare(talk, recorder), Assert.Null);
    }

    /// <summary>Six requests of curl, each on a connection of its own: the status codes, 000 for none.</summary>
    private protected string[] StatusOfSix()
    {
        var url = $"http://{Route.Far}:{Programs.BackendPort}";
        var loop = $"sleep 0.5; for i in 0 1 2 3 4 5; do curl -sS -o /dev/null -w '%{{http_code}} ' '{url}/reset?id='$i; done; true";
        return Sandbox.Start(new ProgramStart("sh", "-c", loop)).Finish().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
    }
}
