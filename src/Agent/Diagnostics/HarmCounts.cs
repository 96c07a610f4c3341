// SPDX-License-Identifier: Apache-2.0
namespace Agent.Diagnostics;

/// <summary>How one group of client connections fared (<c>bpf/core/harm.h</c>).</summary>
/// <param name="begun">Connections.</param>
/// <param name="harmed">Of these, ended by a reset or an error, or left without an answer.</param>
/// <param name="latencies">Answered requests; each next one counts those that took up to twice as long, the first up to 1 ms.</param>
internal sealed class HarmCounts(long begun, long harmed, long[] latencies)
{
    // From 2^30 ns on.
    private const int StalledFrom = 11;

    internal static HarmCounts None { get; } = new(0, 0, []);

    internal long Begun => begun;

    internal long Harmed => harmed;

    internal ReadOnlySpan<long> Latencies => latencies;

    internal long Answered => latencies.Sum();

    /// <summary>Requests that took a second or longer.</summary>
    internal long Stalled => latencies.Skip(StalledFrom).Sum();

    public static HarmCounts operator +(HarmCounts one, HarmCounts other) => one.With(other, 1);

    public static HarmCounts operator -(HarmCounts later, HarmCounts earlier) => later.With(earlier, -1);

    private HarmCounts With(HarmCounts other, int sign)
    {
        var sum = new long[Math.Max(latencies.Length, other.Latencies.Length)];
        for (var i = 0; i < sum.Length; i++)
        {
            sum[i] = latencies.ElementAtOrDefault(i) + (sign * (i < other.Latencies.Length ? other.Latencies[i] : 0));
        }
        return new HarmCounts(begun + (sign * other.Begun), harmed + (sign * other.Harmed), sum);
    }
}
