// SPDX-License-Identifier: Apache-2.0
// Where the probes of propagation/go_write.bpf.c go: on calls, which the kernel emulates, and on the conditional jumps at the
// beginning of functions (GoPlaces). No place of any field is asked for here: the kernel side looks for them and proves what it finds.
using Agent.Bpf;
using Agent.Contract;
using Agent.Probes;

namespace Agent.Runtimes.Go;

/// <summary>Finds the instructions in a program of Go that write requests.</summary>
internal static class GoWritePlaces
{
    private const int SwissMinor = 24;

    private static readonly (string Function, GoWriteSite Site)[] Beginnings =
    [
        ("net/http.(*Request).write", GoWriteSite.Request),
        ("net/http.(*http2clientStream).encodeAndWriteHeaders", GoWriteSite.Stream),
        ("net/http/internal/http2.(*clientStream).encodeAndWriteHeaders", GoWriteSite.InternalStream),
        ("golang.org/x/net/http2.(*clientStream).encodeAndWriteHeaders", GoWriteSite.Stream),
        ("google.golang.org/grpc/internal/transport.(*loopyWriter).headerHandler", GoWriteSite.Call),
    ];

    private static readonly (string Function, string Called, GoWriteSite Site)[] Calls =
    [
        ("net/http.(*Request).write", "io.WriteString", GoWriteSite.Head),
        ("net/http.(*http2ClientConn).writeHeaders", "net/http.(*http2Framer).WriteHeaders", GoWriteSite.Frame),
        ("net/http.(*http2Framer).WriteHeaders", "net/http.(*http2Framer).endWrite", GoWriteSite.FrameEnd),
        ("net/http/internal/http2.(*ClientConn).writeHeaders", "net/http/internal/http2.(*Framer).WriteHeaders", GoWriteSite.Frame),
        ("net/http/internal/http2.(*Framer).WriteHeaders", "net/http/internal/http2.(*Framer).endWrite", GoWriteSite.FrameEnd),
        ("golang.org/x/net/http2.(*ClientConn).writeHeaders", "golang.org/x/net/http2.(*Framer).WriteHeaders", GoWriteSite.Frame),
        ("golang.org/x/net/http2.(*Framer).WriteHeaders", "golang.org/x/net/http2.(*Framer).endWrite", GoWriteSite.FrameEnd),
        ("google.golang.org/grpc/internal/transport.(*loopyWriter).writeHeader", "golang.org/x/net/http2.(*Framer).WriteHeaders", GoWriteSite.Frame),
    ];

    private static readonly string[] Names =
        [.. Beginnings.Select(place => place.Function), .. Calls.Select(place => place.Function), .. Calls.Select(place => place.Called)];

    /// <summary>All places that the program has; nothing when it is none of Go, or writes no requests.</summary>
    internal static UprobePlace[] Find(ElfFile elf)
    {
        if (!GoBuild.TryRead(elf, out var build))
        {
            return [];
        }
        var maps = build.Minor >= SwissMinor && !build.HasOldMaps ? 1ul << (int)Constants.GoWriteSwissShift : 0;
        var functions = GoFunctions.Find(elf, Names);
        var places = new List<UprobePlace>();
        for (var number = 0; number < Beginnings.Length; number++)
        {
            if (GoPlaces.TryFindBeginning(elf, functions[number], out var offset))
            {
                places.Add(new UprobePlace(offset, maps | (ulong)Beginnings[number].Site));
            }
        }
        for (var number = 0; number < Calls.Length; number++)
        {
            var place = Beginnings.Length + number;
            if (GoPlaces.TryFindCall(elf, functions[place], functions[place + Calls.Length], out var offset))
            {
                places.Add(new UprobePlace(offset, maps | (ulong)Calls[number].Site));
            }
        }
        return [.. places];
    }
}
