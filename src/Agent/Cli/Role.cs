// SPDX-License-Identifier: Apache-2.0
using Agent.Diagnostics;

namespace Agent.Cli;

/// <summary>What roles without a kernel side have in common: there is no event loop to wait for.</summary>
internal static class Role
{
    /// <summary>For each step of the end.</summary>
    internal static readonly TimeSpan DrainLimit = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan BeatInterval = TimeSpan.FromSeconds(1);

    /// <summary>Beats while the thread pool turns, which does the work, and <paramref name="isTurning"/> says so, too.</summary>
    internal static void Await(ManualResetEventSlim stopped, Pulse pulse, Func<bool> isTurning)
    {
        while (!stopped.Wait(BeatInterval))
        {
            if (Task.Run(() => { }).Wait(BeatInterval) && isTurning())
            {
                pulse.Beat();
            }
        }
    }

    internal static void Report(Ledger ledger)
    {
        foreach (var balance in ledger.Balances(_ => 0))
        {
            Log.Always(balance.ToString());
        }
    }
}
