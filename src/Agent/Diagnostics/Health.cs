// SPDX-License-Identifier: Apache-2.0
namespace Agent.Diagnostics;

/// <summary>
/// Healthy: the event loop turns, or the agent is still starting. Ready: programs are attached and delivery has begun, and the agent
/// is not told to stop.
/// </summary>
internal sealed class Health(Pulse pulse)
{
    internal const string HealthyPath = "/healthz";
    internal const string ReadyPath = "/readyz";

    private static readonly TimeSpan LongestTurn = TimeSpan.FromSeconds(10);

    private volatile string? _notReady = "starting";

    /// <summary>Everything is attached, the loop is about to turn.</summary>
    internal void Ready()
    {
        pulse.Begin();
        _notReady = null;
    }

    internal void Stopping() => _notReady = "stopping";

    internal Page IsHealthy() => _notReady is null && pulse.Age > LongestTurn
        ? new Page(false, FormattableString.Invariant($"the event loop has not turned for {pulse.Age.TotalSeconds:F0} s\n"))
        : new Page(true, "ok\n");

    internal Page IsReady() => _notReady is { } reason ? new Page(false, reason + "\n") : IsHealthy();
}
