// SPDX-License-Identifier: Apache-2.0
// Where the probes of runtimes/go.bpf.c go. A probe on an instruction that the kernel cannot emulate costs an exception more. A
// function of Go begins with a check whether its stack suffices and a conditional jump, which it can; so can it calls.
using System.Buffers.Binary;
using Agent.Bpf;
using Agent.Contract;
using Agent.Probes;

namespace Agent.Runtimes.Go;

/// <summary>Finds the instructions in a program of Go that say for which request it works.</summary>
internal static class GoPlaces
{
    private const int HeadSize = 32;
    private const int MaxFunctionSize = 64 * 1024;
    private const string Call = "google.golang.org/grpc/internal/transport.(*http2Client).NewStream";

    private static readonly string[] Beginnings =
    [
        "net/http.serverHandler.ServeHTTP",
        "net/http.(*persistConn).roundTrip",
        "net/http.(*Request).write",
        "net/http.(*http2serverConn).runHandler",
        "net/http.(*http2clientStream).encodeAndWriteHeaders",
        "net/http/internal/http2.(*serverConn).runHandler",
        "net/http/internal/http2.(*clientStream).encodeAndWriteHeaders",
        "golang.org/x/net/http2.(*serverConn).runHandler",
        "golang.org/x/net/http2.(*clientStream).encodeAndWriteHeaders",
        "google.golang.org/grpc.(*Server).handleStream",
        Call,
        "google.golang.org/grpc/internal/transport.(*loopyWriter).headerHandler",
        "go.opentelemetry.io/auto/sdk.(*span).ended",
        "go.opentelemetry.io/otel/trace.(*autoSpan).ended", // the same, as the API has a copy of it
    ];

    /// <summary>What each of them is probed for.</summary>
    private static readonly GoSite[] Sites =
    [
        GoSite.Serve, GoSite.Ask, GoSite.Write, GoSite.ServeStream, GoSite.WriteStream, GoSite.ServeInternalStream, GoSite.WriteInternalStream,
        GoSite.ServeStream, GoSite.WriteStream, GoSite.ServeCall, GoSite.Call, GoSite.Send, GoSite.SpanEnd, GoSite.SpanEnd,
    ];

    /// <summary>The first one is in every program.</summary>
    private static readonly (string Function, string Called, GoSite Site)[] Calls =
    [
        ("runtime.newproc.func1", "runtime.runqput", GoSite.Start),
        (Call, "google.golang.org/grpc/internal/transport.(*controlBuffer).executeAndPut", GoSite.Queue),
        ("go.opentelemetry.io/auto/sdk.tracer.Start", "go.opentelemetry.io/auto/sdk.(*tracer).start", GoSite.SpanStart),
        ("go.opentelemetry.io/otel/trace.autoTracer.Start", "go.opentelemetry.io/otel/trace.(*autoTracer).start", GoSite.SpanStart),
    ];

    private static readonly string[] Names = [.. Beginnings, .. Calls.Select(call => call.Function), .. Calls.Select(call => call.Called)];

    /// <summary>All places that the program has; nothing when it has no requests, or its goroutines begin in a way that is not known.</summary>
    internal static UprobePlace[] Find(ElfFile elf)
    {
        var places = new List<UprobePlace>();
        var functions = GoFunctions.Find(elf, Names);
        for (var number = 0; number < Sites.Length; number++)
        {
            if (TryFindBeginning(elf, functions[number], out var offset))
            {
                places.Add(new UprobePlace(offset, (ulong)Sites[number]));
            }
        }
        for (var number = 0; number < Calls.Length && places.Count > 0; number++)
        {
            var function = Beginnings.Length + number;
            if (TryFindCall(elf, functions[function], functions[function + Calls.Length], out var offset))
            {
                places.Add(new UprobePlace(offset, (ulong)Calls[number].Site));
            }
            else if (Calls[number].Site == GoSite.Start)
            {
                return [];
            }
        }
        return [.. places];
    }

    /// <summary>Where in the file the conditional jump at the beginning of a function is.</summary>
    internal static bool TryFindBeginning(ElfFile elf, GoFunction? function, out ulong offset)
    {
        offset = 0;
        if (function is null || !elf.TryFileOffset(function.Address, out var begin) || !TryFindJump(elf.ReadCode(begin, HeadSize), out var jump))
        {
            return false;
        }
        offset = begin + (uint)jump;
        return true;
    }

    /// <summary>Where in the file the first call of <paramref name="called"/> in a function is.</summary>
    internal static bool TryFindCall(ElfFile elf, GoFunction? function, GoFunction? called, out ulong offset)
    {
        offset = 0;
        if (function is null || called is null || function.Size is < 0 or > MaxFunctionSize || !elf.TryFileOffset(function.Address, out var begin) ||
            !TryFindCall(elf.ReadCode(begin, function.Size), function.Address, called.Address, out var at))
        {
            return false;
        }
        offset = begin + (uint)at;
        return true;
    }

    /// <summary>The conditional jump at the beginning of a function.</summary>
    internal static bool TryFindJump(ReadOnlySpan<byte> code, out int at)
    {
        // cmp 0x10(%r14), %rsp; or first lea (small or large) of what will be %rsp, and cmp of that.
        at = code.StartsWith((ReadOnlySpan<byte>)[0x4c, 0x8d, 0x64, 0x24]) ? 5 : code.StartsWith((ReadOnlySpan<byte>)[0x4c, 0x8d, 0xa4, 0x24]) ? 8 : 0;
        var check = at == 0 ? (ReadOnlySpan<byte>)[0x49, 0x3b, 0x66, 0x10] : [0x4d, 0x3b, 0x66, 0x10];
        if (code.Length > at + 6 && code[at..].StartsWith(check))
        {
            at += check.Length;
            return code[at] == 0x76 || (code[at] == 0x0f && code[at + 1] == 0x86);
        }
        at = 0;
        return false;
    }

    /// <summary>The first call of <paramref name="target"/> in code that lies at <paramref name="address"/>.</summary>
    internal static bool TryFindCall(ReadOnlySpan<byte> code, ulong address, ulong target, out int at)
    {
        const int callSize = 5;
        for (at = 0; at + callSize <= code.Length; at++)
        {
            if (code[at] == 0xe8 && address + (ulong)(at + callSize + BinaryPrimitives.ReadInt32LittleEndian(code[(at + 1)..])) == target)
            {
                return true;
            }
        }
        return false;
    }
}
