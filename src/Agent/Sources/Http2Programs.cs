// SPDX-License-Identifier: Apache-2.0
// The programs that follow HTTP/2 are attached nowhere: those that follow HTTP/1 call them by a table with one place, which
// the kernel finds by the name of the map. While it is empty, connections of HTTP/2 go by unread.
using Agent.Bpf;

namespace Agent.Sources;

/// <summary>Makes the programs for HTTP/2 known to those that call them.</summary>
internal static class Http2Programs
{
    private const string Prefix = "on_";

    /// <summary>Returns them. The object is closed: the table holds the programs, and they the maps.</summary>
    /// <param name="http2">Has programs called <c>on_NAME</c>. Null: there are none.</param>
    /// <param name="callers">Has a map called NAME for each of them.</param>
    internal static BpfProgram[] Install(BpfObject? http2, BpfObject? callers)
    {
        if (http2 is null || callers is null)
        {
            return [];
        }
        BpfProgram[] programs = [.. http2.Programs().Select(program => program.Keep())];
        foreach (var program in programs)
        {
            var name = program.Name[Prefix.Length..];
            var error = callers.Map<uint, int>(name).Set(0, program.Fd);
            if (error != 0)
            {
                throw new BpfException($"cannot let other programs call {program.Name}", error);
            }
        }
        http2.Dispose();
        return programs;
    }
}
