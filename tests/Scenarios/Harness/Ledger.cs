// SPDX-License-Identifier: Apache-2.0
using System.Globalization;
using System.Text.RegularExpressions;

namespace Scenarios.Harness;

/// <summary>The line in which the agent accounts for every span it has seen.</summary>
internal sealed partial record Ledger(long Seen, long Recovered, long Exported, long Dropped, long InFlight, long Spooled, long Unsampled)
{
    public long Unexplained => Seen + Recovered - Exported - Dropped - InFlight - Spooled;

    /// <summary>The last ledger in what the agent printed; null when there is none.</summary>
    public static Ledger? Find(string text)
    {
        var match = Line().Matches(text).LastOrDefault();
        return match is null ? null : new Ledger(
            Number(match, "seen"), Number(match, "recovered"), Number(match, "exported"), Number(match, "dropped"), Number(match, "flight"),
            Number(match, "spooled"), Number(match, "unsampled"));
    }

    private static long Number(Match match, string name) =>
        match.Groups[name].Success ? long.Parse(match.Groups[name].ValueSpan, CultureInfo.InvariantCulture) : 0;

    [GeneratedRegex(@"ledger: seen (?<seen>\d+)(?: \+ recovered (?<recovered>\d+))? = exported (?<exported>\d+) \+ dropped (?<dropped>\d+)(?: \([^)]*\))? "
        + @"\+ in flight (?<flight>\d+)(?: \+ spooled (?<spooled>\d+))?; unsampled (?<unsampled>\d+)")]
    private static partial Regex Line();
}
