// SPDX-License-Identifier: Apache-2.0
using Agent.Bpf;
using Agent.Contract;
using Agent.Probes;

namespace Agent.Runtimes.Go;

/// <summary>What the kernel side needs to know of a program of Go.</summary>
/// <param name="Places">Null: it is none, or none that can be followed.</param>
internal readonly record struct GoFacts(UprobePlace[]? Places, GoProgram Layout)
{
    internal static GoFacts Read(ElfFile elf)
    {
        if (!GoBuild.TryRead(elf, out var build))
        {
            return default;
        }
        var places = GoPlaces.Find(elf);
        var hasCalls = Array.Exists(places, place => place.Cookie == (ulong)GoSite.ServeCall);
        var isKnown = GoLayout.TryFind(build, out var layout);
        if ((!isKnown || (hasCalls && layout.RpcConnection == 0)) && GoLayout.TryRead(elf, out var read))
        {
            (isKnown, layout) = (true, read);
        }
        if (hasCalls && layout.RpcConnection == 0)
        {
            places = Array.FindAll(places, place => place.Cookie != (ulong)GoSite.ServeCall);
        }
        layout.MakesSpans = Array.Exists(places, place => place.Cookie == (ulong)GoSite.SpanStart) ? (byte)1 : (byte)0;
        return isKnown && places.Length > 1 && elf.TryFindThreadVariable("runtime.tlsg"u8, out layout.ThreadG) ? new GoFacts(places, layout) : default;
    }
}
