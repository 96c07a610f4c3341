// SPDX-License-Identifier: Apache-2.0
// Recognises TLS libraries by the functions they have: OpenSSL 1.1 and 3 and BoringSSL, as a library or linked into the
// program, GnuTLS, and Go's own. Names are exported, or else among all symbols; one that is linked statically and stripped of its
// symbols is not found, unless it is Go's.
//
// A function that calls the other of its pair is not probed, or each call would be seen twice.
using Agent.Probes;
using Agent.Probes.X86;
using Agent.Runtimes.Go;

namespace Agent.Sources;

/// <summary>Where to probe one file. No sites: it is no TLS library.</summary>
internal readonly struct TlsFacts
{
    private const int MaxFunction = 4096;
    private const int UnknownFunction = 64; // enough for its first instructions
    private const Registers ThreeArguments = Registers.Rdi | Registers.Rsi | Registers.Rdx;
    private readonly TlsSite[]? _sites;

    private TlsFacts(List<TlsSite> sites)
    {
        _sites = [.. sites];
    }

    internal ReadOnlySpan<TlsSite> Sites => _sites;

    internal bool IsTls => Sites.Length > 0;

    internal static TlsFacts Read(ElfFile elf)
    {
        const string openSslMark = "SSL_do_handshake"; // which interfaces of other libraries that look like it do not have
        const string gnuTlsMark = "gnutls_handshake";
        var functions = elf.FindFunctions(
            "SSL_read", "SSL_read_ex", "SSL_write", "SSL_write_ex", openSslMark,
            "gnutls_record_recv", "gnutls_record_recv_seq", "gnutls_record_send", "gnutls_record_send2", gnuTlsMark);
        var sites = new List<TlsSite>();
        if (functions.ContainsKey(openSslMark))
        {
            AddPair(TlsHook.Read, "SSL_read", "SSL_read_ex");
            AddPair(TlsHook.Write, "SSL_write", "SSL_write_ex");
        }
        if (functions.ContainsKey(gnuTlsMark))
        {
            Add(TlsHook.Read, false, Find("gnutls_record_recv"));
            Add(TlsHook.Read, false, Find("gnutls_record_recv_seq"));
            var send = Find("gnutls_record_send");
            var send2 = Find("gnutls_record_send2");
            Add(TlsHook.Write, false, send2);
            if (!Forwards(send) || send2.Code.Length == 0)
            {
                Add(TlsHook.Write, false, send);
            }
        }
        if (elf.IsGo)
        {
            sites.AddRange(GoTls.Find(elf));
        }
        return new TlsFacts(sites);

        void AddPair(TlsHook hook, string counting, string storing)
        {
            var (counts, stores) = (Find(counting), Find(storing));
            if (TryFindShared(elf, counts, stores, out var shared))
            {
                Add(hook, true, shared);
                return;
            }
            Add(hook, false, counts);
            if (!Calls(stores, counts))
            {
                Add(hook, true, stores);
            }
        }

        void Add(TlsHook hook, bool tellsApart, Function function)
        {
            if (function.Code.Length == 0)
            {
                return;
            }
            // The same place for both wherever there is one: two programs on one breakpoint cost hardly more than one.
            var atReturn = ProbeSite.Find(function.Code, ProbeSite.Arguments | ProbeSite.Return);
            var atEntry = atReturn.IsCheap ? atReturn : ProbeSite.Find(
                function.Code, tellsApart ? ProbeSite.Arguments : ThreeArguments);
            sites.Add(new TlsSite(hook, tellsApart, function.Offset + (ulong)atEntry.Distance, atEntry.IsCheap));
            sites.Add(new TlsSite(hook + 1, tellsApart, function.Offset + (ulong)atReturn.Distance, atReturn.IsCheap));
        }

        Function Find(string name) => functions.TryGetValue(name, out var found)
            ? new Function(found.Offset, elf.ReadCode(found.Offset, found.Size is 0 ? UnknownFunction : (int)Math.Min(found.Size, MaxFunction)))
            : new Function(0, []);
    }

    // Both call it with session, buffer and size as they got them, and with the place for the count in the fourth register.
    private static bool TryFindShared(ElfFile elf, Function counts, Function stores, out Function shared)
    {
        shared = default;
        if (!Forwarding.TryFind(counts.Code, out var fromCounts) || !Forwarding.TryFind(stores.Code, out var fromStores) ||
            counts.Offset + (ulong)fromCounts.Distance != stores.Offset + (ulong)fromStores.Distance ||
            (fromCounts.Intact & ThreeArguments) != ThreeArguments || (fromCounts.OnStack & Registers.Rcx) == 0 ||
            (fromStores.Intact & ProbeSite.Arguments) != ProbeSite.Arguments)
        {
            return false;
        }
        var target = counts.Offset + (ulong)fromCounts.Distance;
        shared = new Function(target, elf.ReadCode(target, UnknownFunction));
        return Decoder.TryDecode(shared.Code, out var first) && first.Kind == InstructionKind.Push;
    }

    private static bool Forwards(Function function) =>
        Forwarding.TryFind(function.Code, out var forwarding) && (forwarding.Intact & ThreeArguments) == ThreeArguments;

    private static bool Calls(Function function, Function other)
    {
        var at = 0;
        while (at < function.Code.Length && Decoder.TryDecode(function.Code.AsSpan(at), out var instruction))
        {
            at += instruction.Length;
            if (instruction.IsBranch && function.Offset + (ulong)(at + (long)instruction.Distance) == other.Offset)
            {
                return true;
            }
        }
        return false;
    }

    private readonly record struct Function(ulong Offset, byte[] Code);
}
