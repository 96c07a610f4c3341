// SPDX-License-Identifier: Apache-2.0
namespace Agent.Diagnostics;

/// <summary>That the event loop turns. The loop itself says so, so that nothing else can say it in its place.</summary>
/// <param name="manager">Who restarts the agent when it does not.</param>
/// <param name="milliseconds">The clock.</param>
internal sealed class Pulse(ServiceManager? manager, Func<long> milliseconds)
{
    private long _last = milliseconds();

    /// <summary>How long ago the loop turned last.</summary>
    internal TimeSpan Age => TimeSpan.FromMilliseconds(Math.Max(0, milliseconds() - Volatile.Read(ref _last)));

    /// <summary>From here on it is expected.</summary>
    internal void Begin() => Volatile.Write(ref _last, milliseconds());

    /// <summary>For the event loop only, at every turn.</summary>
    internal void Beat()
    {
        var now = milliseconds();
        Volatile.Write(ref _last, now);
        manager?.Beat(now);
    }
}
