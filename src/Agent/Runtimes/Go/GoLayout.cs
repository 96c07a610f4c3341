// SPDX-License-Identifier: Apache-2.0
// Where the fields are that runtimes/go.bpf.c reads. Those of the runtime and of net/http depend on the toolchain, those of grpc on
// its module.
using Agent.Contract;
using Agent.Probes;

namespace Agent.Runtimes.Go;

/// <summary>The table of what is known without debug information.</summary>
internal static class GoLayout
{
    /// <summary>
    /// For a toolchain; false when it is too old, or so new that nobody has looked. What a handler of grpc is called with is left 0 when its version is
    /// not known.
    /// </summary>
    internal static bool TryFind(GoBuild build, out GoProgram layout)
    {
        layout = default;
        if (!GoOffsets.TryFind("go", build.Minor, out var places))
        {
            return false;
        }
        layout = new GoProgram { Goid = places[0], Curg = places[1], RequestContext = places[2] };
        if (GoOffsets.TryFind("grpc", build.GrpcMinor, out places))
        {
            layout.RpcConnection = places[0];
            layout.RpcStream = places[1];
            layout.RpcStreamContext = places[2];
            layout.RpcStreamIsInside = (byte)places[3];
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
}
