// SPDX-License-Identifier: Apache-2.0
// Whether membership in the sockmap does harm. Connections end badly and requests stall without it too, so a bad rate proves
// nothing: it only raises suspicion. What proves it is a comparison of connections that were drawn by lot at the same time, one
// half enrolled, the other not. Both are judged by what they were drawn as, and by how many were begun, not how many ended: those
// that fare well last longer.
//
//   Watching    everything is enrolled. Suspicious are harmed connections, or requests of a second and longer, when there are
//               at least 5 and more than usual by 3 standard deviations. What is usual follows slowly; it is never taken to
//               be less than 2 in 1,000 requests. Stalls below one in ten must last for three windows on end: services that
//               start and machines that are busy bring as many, and a comparison costs half of the headers. No share is held
//               out for good: a trial can begin at any time, and until then it would only cost headers.
//   Comparing   half of the new connections. Ends when the difference is beyond 4 standard deviations, or clearly none with 200
//               connections each, or after 30 intervals; then 3 suffice.
//   Withdrawn   for 360 intervals, an hour by default, and twice as long each time, at most a day. Then it compares again: a harm
//               that lasts is met by half of the connections for a moment only.
//
// A comparison that found nothing makes its rate the usual one, and the next one waits, longer each time.
namespace Agent.Diagnostics;

/// <summary>Decides from counts alone. Not thread-safe.</summary>
internal sealed class HarmJudge
{
    internal const int FirstWithdrawal = 360;
    private const int LongestWithdrawal = 8640;
    private const int LongestComparison = 30;
    private const int FirstPause = 6;
    private const int LongestPause = 96;
    private const int Few = 5;
    private const int FewConnections = 20;
    private const int EnoughConnections = 200;
    private const int EnoughRequests = 100;
    private const int WindowRequests = 50;
    private const int WindowIntervals = 6;
    private const int LastingWindows = 3;
    private const double ManyStalls = 0.1;
    private const double LeastUsual = 0.002;
    private const double Adaptation = 0.1;
    private const double Suspicious = 3;
    private const double Proven = 4;
    private const double ProvenAtTheEnd = 3;
    private const double NoDifference = 1.5;
    private const double MuchWorse = 1.5; // times as often
    private const double MuchLonger = 0.7; // so likely is one of the enrolled the slower of two

    private HarmCounts _usual = HarmCounts.None;
    private HarmCounts _enrolled = HarmCounts.None;
    private HarmCounts _heldOut = HarmCounts.None;
    private double _usualHarm = LeastUsual;
    private double _usualStalls = LeastUsual;
    private int _intervals;
    private int _stalledWindows;
    private int _pause;
    private int _nextPause = FirstPause;
    private int _withdrawal = FirstWithdrawal;

    internal HarmState State { get; private set; } = HarmState.Watching;

    /// <summary>How often it has withdrawn.</summary>
    internal int Withdrawals { get; private set; }

    /// <summary>Takes the counts since the start of each group; what there is to say when the state has changed, else null.</summary>
    internal string? Judge(HarmCounts usual, HarmCounts enrolled, HarmCounts heldOut)
    {
        _intervals++;
        switch (State)
        {
            case HarmState.Watching:
                return Watch(usual, enrolled, heldOut);
            case HarmState.Comparing:
                return Compare(usual, enrolled - _enrolled, heldOut - _heldOut);
            default:
                return _intervals < _withdrawal ? null : MoveTo(
                    HarmState.Comparing, usual, enrolled, heldOut, "tries again: half of the new connections are enrolled");
        }
    }

    private string? Watch(HarmCounts usual, HarmCounts enrolled, HarmCounts heldOut)
    {
        var since = usual - _usual;
        var requests = since.Answered + since.Harmed;
        _pause = Math.Max(0, _pause - 1);
        var stalls = IsSuspicious(since.Stalled, since.Answered, _usualStalls);
        _stalledWindows = stalls ? _stalledWindows + 1 : _stalledWindows;
        var lasts = stalls && (_stalledWindows >= LastingWindows || Rate(since.Stalled, since.Answered) >= ManyStalls);
        if (_pause == 0 && (lasts || IsSuspicious(since.Harmed, requests, _usualHarm)))
        {
            return MoveTo(
                HarmState.Comparing, usual, enrolled, heldOut,
                $"{since.Harmed} of {since.Begun} connections ended badly, {since.Stalled} of {since.Answered} requests stalled: half of the new ones are held out to compare");
        }
        if (stalls)
        {
            (_usual, _intervals) = (usual, 0);
        }
        else if (requests >= WindowRequests || _intervals >= WindowIntervals)
        {
            _usualHarm = Follow(_usualHarm, since.Harmed, requests);
            _usualStalls = Follow(_usualStalls, since.Stalled, since.Answered);
            (_usual, _intervals, _stalledWindows) = (usual, 0, 0);
        }
        return null;
    }

    private string? Compare(HarmCounts usual, HarmCounts enrolled, HarmCounts heldOut)
    {
        var atTheEnd = _intervals >= LongestComparison;
        var enough = Math.Min(enrolled.Begun, heldOut.Begun);
        var verdict = $"{enrolled.Harmed} of {enrolled.Begun} connections ended badly, of those held out {heldOut.Harmed} of {heldOut.Begun}; " +
            $"{enrolled.Stalled} of {enrolled.Answered} requests stalled, of those held out {heldOut.Stalled} of {heldOut.Answered}";
        if (enough >= FewConnections && IsWorse(enrolled, heldOut, atTheEnd ? ProvenAtTheEnd : Proven))
        {
            Withdrawals++;
            var length = _withdrawal = Withdrawals == 1 ? FirstWithdrawal : Math.Min(_withdrawal * 2, LongestWithdrawal);
            return MoveTo(
                HarmState.Withdrawn, usual, _enrolled + enrolled, _heldOut + heldOut,
                $"{verdict}: the sockmap does harm here, headers are no longer written; tried again in {length} intervals");
        }
        if (!atTheEnd && (enough < EnoughConnections || IsWorse(enrolled, heldOut, NoDifference)))
        {
            return null;
        }
        var all = enrolled + heldOut;
        _usualHarm = Math.Max(_usualHarm, Rate(all.Harmed, all.Answered + all.Harmed));
        _usualStalls = Math.Max(_usualStalls, Rate(all.Stalled, all.Answered));
        (_pause, _nextPause) = (_nextPause, Math.Min(_nextPause * 2, LongestPause));
        return MoveTo(HarmState.Watching, usual, _enrolled + enrolled, _heldOut + heldOut, $"{verdict}: no difference, all are enrolled again");
    }

    private static bool IsSuspicious(long hits, long of, double usual) => hits >= Few && HarmTest.Above(hits, of, usual) > Suspicious;

    private static bool IsWorse(HarmCounts enrolled, HarmCounts heldOut, double deviations) =>
        IsMore(enrolled.Harmed, enrolled.Begun, heldOut.Harmed, heldOut.Begun, deviations) ||
        (Math.Min(enrolled.Answered, heldOut.Answered) >= EnoughRequests &&
            (IsMore(enrolled.Stalled, enrolled.Answered, heldOut.Stalled, heldOut.Answered, deviations) ||
                HarmTest.Longer(enrolled.Latencies, heldOut.Latencies) > MuchLonger));

    private static bool IsMore(long hits, long of, long otherHits, long otherOf, double deviations) =>
        hits >= Few && HarmTest.Difference(hits, of, otherHits, otherOf) > deviations && Rate(hits, of) > MuchWorse * Rate(otherHits, otherOf);

    private static double Rate(long hits, long of) => of == 0 ? 0 : (double)hits / of;

    private static double Follow(double usual, long hits, long of) =>
        of == 0 ? usual : Math.Max(LeastUsual, usual + (Adaptation * (Rate(hits, of) - usual)));

    private string MoveTo(HarmState state, HarmCounts usual, HarmCounts enrolled, HarmCounts heldOut, string text)
    {
        (State, _intervals, _stalledWindows) = (state, 0, 0);
        (_usual, _enrolled, _heldOut) = (usual, enrolled, heldOut);
        return text;
    }
}
