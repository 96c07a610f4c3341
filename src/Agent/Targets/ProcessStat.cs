// SPDX-License-Identifier: Apache-2.0
using System.Buffers.Text;

namespace Agent.Targets;

/// <summary>From /proc/PID/stat. Pid and start time together name a process for good.</summary>
/// <param name="ParentPid">The process that would be told of its end.</param>
/// <param name="StartTicks">Start since boot in hundredths of a second.</param>
/// <param name="HasEnded">It runs no more, and only waits for its parent to be told.</param>
internal readonly record struct ProcessStat(int ParentPid, ulong StartTicks, bool HasEnded)
{
    /// <summary>Nanoseconds since boot, as the kernel's events have it, in the unit of /proc.</summary>
    internal static ulong TicksOf(ulong startNs)
    {
        const ulong nanosecondsPerTick = 10_000_000; /* USER_HZ is 100 on every architecture Linux still has */
        return startNs / nanosecondsPerTick;
    }

    // The second field is the program's name in parentheses and may hold spaces and parentheses itself: what counts
    // starts after the last one.
    internal static bool TryParse(ReadOnlySpan<byte> line, out ProcessStat stat)
    {
        const int stateField = 0;
        const int parentField = 1;
        const int startField = 19;
        stat = default;
        var rest = line[(line.LastIndexOf((byte)')') + 1)..].TrimStart((byte)' ');
        ulong parent = 0;
        var ended = false;
        var field = 0;
        foreach (var range in rest.Split((byte)' '))
        {
            if (field == stateField)
            {
                ended = rest[range] is [(byte)'Z' or (byte)'X', ..];
            }
            if (field == parentField && !Utf8Parser.TryParse(rest[range], out parent, out _))
            {
                return false;
            }
            if (field == startField)
            {
                var valid = Utf8Parser.TryParse(rest[range], out ulong start, out _);
                stat = new ProcessStat((int)parent, start, ended);
                return valid;
            }
            field++;
        }
        return false;
    }
}
