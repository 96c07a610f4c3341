// SPDX-License-Identifier: Apache-2.0
// The old selectors of OBI hold regular expressions. Those of libc are there anyway; .NET's would be a megabyte of the binary.
using System.Runtime.InteropServices;

namespace Agent.Targets;

/// <summary>An extended regular expression, found anywhere in a text. As in Go's: <c>\d</c>, <c>\w</c>, <c>\s</c>, <c>(?:</c>.</summary>
internal sealed unsafe partial class PosixRegex : IPattern, IDisposable
{
    private const int Size = 256; /* a regex_t has 64 bytes */
    private const int Extended = 1; /* REG_EXTENDED */
    private const int IgnoreCase = 2; /* REG_ICASE */
    private const int NoGroups = 8; /* REG_NOSUB */
    private const string CaseFlag = "(?i)";

    private void* _compiled;

    private PosixRegex(void* compiled) => _compiled = compiled;

    ~PosixRegex() => Free();

    /// <summary>False when it is none, or has what libc does not know.</summary>
    internal static bool TryParse(string text, out PosixRegex pattern)
    {
        var ignoresCase = text.StartsWith(CaseFlag, StringComparison.Ordinal);
        var known = (ignoresCase ? text[CaseFlag.Length..] : text)
            .Replace("(?:", "(", StringComparison.Ordinal)
            .Replace(@"\d", "[0-9]", StringComparison.Ordinal)
            .Replace(@"\z", "$", StringComparison.Ordinal)
            .Replace(@"\A", "^", StringComparison.Ordinal);
        var compiled = NativeMemory.AllocZeroed(Size);
        pattern = new PosixRegex(compiled);
        var isKnown = !known.Contains("(?", StringComparison.Ordinal) && !known.Contains("*?", StringComparison.Ordinal);
        if (isKnown && Compile(compiled, known, Extended | NoGroups | (ignoresCase ? IgnoreCase : 0)) == 0)
        {
            return true;
        }
        NativeMemory.Free(compiled);
        pattern._compiled = null;
        return false;
    }

    public bool Matches(string text)
    {
        var found = Execute(_compiled, text, 0, null, 0) == 0;
        GC.KeepAlive(this);
        return found;
    }

    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private void Free()
    {
        if (_compiled is not null)
        {
            Release(_compiled);
            NativeMemory.Free(_compiled);
            _compiled = null;
        }
    }

    [LibraryImport("libc", EntryPoint = "regcomp", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Compile(void* compiled, string text, int flags);

    [LibraryImport("libc", EntryPoint = "regexec", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Execute(void* compiled, string text, nuint matches, void* found, int flags);

    [LibraryImport("libc", EntryPoint = "regfree")]
    private static partial void Release(void* compiled);
}
