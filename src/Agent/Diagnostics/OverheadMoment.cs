// SPDX-License-Identifier: Apache-2.0
// What one request may take has two parts. The budget is for an ordinary one: a head, a body and an answer in a few segments on
// an open connection, some five calls of programs. One of megabytes, or sent byte by byte, or that needs a connection of its
// own, has many more calls; each beyond the ordinary ones has an allowance. Measured with two busy CPUs: 4 µs in 5 calls on an
// open connection, 18 µs in 29 with one of its own, 60 µs in 200 with 3 MB, 130 µs in 500 with 250 bytes one by one.
namespace Agent.Diagnostics;

/// <summary>What the programs did for some time.</summary>
/// <param name="Elapsed">That time.</param>
/// <param name="Nanoseconds">Spent inside the programs, on all CPUs.</param>
/// <param name="Runs">How often any of them was called.</param>
/// <param name="Requests">How many requests ended, each side of one counted for itself.</param>
internal readonly record struct OverheadMoment(TimeSpan Elapsed, ulong Nanoseconds, ulong Runs, ulong Requests)
{
    internal const double OrdinaryRuns = 8;
    internal const double NsPerFurtherRun = 750;
    private const ulong FewRequests = 20;

    /// <summary>With fewer a mean says little.</summary>
    internal bool IsTelling => Requests >= FewRequests;

    /// <summary>Time per request, less the allowance for further runs; never below 0.</summary>
    internal double NsPerRequest =>
        Math.Max(0, Nanoseconds - (NsPerFurtherRun * Math.Max(0, Runs - (OrdinaryRuns * Requests)))) / Requests;

    public static OverheadMoment operator +(OverheadMoment one, OverheadMoment other) => new(
        one.Elapsed + other.Elapsed, one.Nanoseconds + other.Nanoseconds, one.Runs + other.Runs, one.Requests + other.Requests);

    public static OverheadMoment operator -(OverheadMoment later, OverheadMoment earlier) => new(
        later.Elapsed - earlier.Elapsed, later.Nanoseconds - earlier.Nanoseconds, later.Runs - earlier.Runs, later.Requests - earlier.Requests);
}
