// SPDX-License-Identifier: Apache-2.0
// Where the fields are that runtimes/go.bpf.c reads. Those of the runtime and of net/http depend on the toolchain, those of grpc on
// its module. Read from the sources of these versions; tests/Agent.Tests compares what debug information says.
using Agent.Contract;
using Agent.Probes;

namespace Agent.Runtimes.Go;

/// <summary>The table of what is known without debug information.</summary>
internal static class GoLayout
{
    private const int OldestMinor = 18;
    private const int NewestMinor = 26;
    private const int OldestGrpc = 30;
    private const int NewestGrpc = 82;

    /// <summary>
    /// For a toolchain; false when it is too old, or so new that nobody has looked. What a handler of grpc is called with is left 0 when its version is
    /// not known.
    /// </summary>
    internal static bool TryFind(GoBuild build, out GoProgram layout)
    {
        layout = default;
        if (build.Minor is < OldestMinor or > NewestMinor)
        {
            return false;
        }
        layout = new GoProgram
        {
            Goid = build.Minor is 23 or 24 ? 160u : 152u,
            Curg = build.Minor < 25 ? 192u : 184u,
            RequestContext = build.Minor < 23 ? 232u : 248u,
        };
        if (build.GrpcMinor is >= OldestGrpc and <= NewestGrpc)
        {
            AddGrpc(build.GrpcMinor, ref layout);
        }
        return true;
    }

    /// <summary>The same from debug information. False when it does not have everything.</summary>
    internal static bool TryRead(ElfFile elf, out GoProgram layout)
    {
        const string transport = "google.golang.org/grpc/internal/transport.";
        var places = GoDebugInfo.Find(elf, "runtime.g.goid", "runtime.m.curg", "net/http.Request.ctx", transport + "http2Server.conn",
            transport + "Stream.id", transport + "Stream.ctx", transport + "ServerStream.st");
        layout = new GoProgram
        {
            Goid = places[0],
            Curg = places[1],
            RequestContext = places[2],
            RpcConnection = places[3],
            RpcStream = places[4],
            RpcStreamContext = places[5],
            RpcStreamIsInside = places[6] == 8 ? (byte)1 : (byte)0, // it begins with a pointer to the stream, not with all of it
        };
        return layout is { Goid: > 0, Curg: > 0, RequestContext: > 0 };
    }

    private static void AddGrpc(int minor, ref GoProgram layout)
    {
        layout.RpcConnection = minor < 60 ? 32u : 16u;
        (layout.RpcStream, layout.RpcStreamContext, layout.RpcStreamIsInside) = minor switch
        {
            < 66 => (0u, 32u, (byte)0),
            < 69 => (0u, 40u, (byte)0),
            < 77 => (0u, 8u, (byte)1),
            _ => (108u, 0u, (byte)0),
        };
    }
}
