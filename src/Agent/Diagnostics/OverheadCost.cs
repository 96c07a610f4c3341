// SPDX-License-Identifier: Apache-2.0
// Two things make a request look expensive that is not. The clock goes on while a hypervisor or an interrupt holds a program
// up: so the time that counts is the smallest of several moments. And where requests are rare, each finds the caches cold:
// 13 µs in five calls with a millisecond between requests and 35 µs with twenty, instead of 4 µs. Nobody misses that time, so
// next to it stands which part of the machine the programs took.
namespace Agent.Diagnostics;

/// <summary>What requests cost, measured once.</summary>
/// <param name="NsPerRequest">As <see cref="OverheadMoment.NsPerRequest"/>; NaN: too few requests to say.</param>
/// <param name="Share">Time of the programs as part of that of all CPUs.</param>
internal readonly record struct OverheadCost(double NsPerRequest, double Share)
{
    internal static OverheadCost Of(IReadOnlyCollection<OverheadMoment> moments, int cpus)
    {
        var whole = moments.Aggregate((one, other) => one + other);
        var telling = moments.Where(moment => moment.IsTelling).DefaultIfEmpty(whole);
        return new OverheadCost(
            whole.IsTelling ? telling.Min(moment => moment.NsPerRequest) : double.NaN,
            whole.Nanoseconds / (whole.Elapsed.TotalNanoseconds * cpus));
    }
}
