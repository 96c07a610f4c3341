// SPDX-License-Identifier: Apache-2.0
// What libbpf and the verifier say. Both are silent until something fails; then the last lines are the reason.
using System.Runtime.InteropServices;
using System.Text;

namespace Agent.Bpf;

/// <summary>Keeps the last lines libbpf printed and finds the useful end of a verifier log.</summary>
internal static unsafe partial class KernelLog
{
    private const int LineSize = 512;
    private const int KeptLines = 4;
    private const int VerifierLines = 12;
    private static readonly string?[] Lines = new string?[KeptLines];
    private static readonly Lock Gate = new();
    private static int _next;

    /// <summary>Takes over libbpf's printing. Called once, before the first object is opened.</summary>
    internal static void Capture() => _ = LogTo(&OnLine);

    /// <summary>Forgets the lines of earlier steps, so that the next failure shows only its own.</summary>
    internal static void Clear()
    {
        lock (Gate)
        {
            Array.Clear(Lines);
        }
    }

    /// <summary>The end of the verifier's log when there is one, else what libbpf printed last.</summary>
    internal static string Reason(ReadOnlySpan<byte> verifierLog)
    {
        var end = verifierLog.IndexOf((byte)0);
        var log = Encoding.UTF8.GetString(end < 0 ? verifierLog : verifierLog[..end]);
        return log.Length > 0 ? VerifierTail(log) : LibBpfTail();
    }

    /// <summary>The last instructions before the refusal; the statistics that follow it say nothing about the cause.</summary>
    internal static string VerifierTail(string log)
    {
        var lines = log.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var end = lines.Length;
        while (end > 0 && IsStatistics(lines[end - 1]))
        {
            end--;
        }
        var start = Math.Max(0, end - VerifierLines);
        return string.Join('\n', lines[start..end].Select(line => "    " + line));
    }

    [LibraryImport("shim", EntryPoint = "shim_log_to")]
    private static partial int LogTo(delegate* unmanaged<int, byte*, int, void> sink);

    private static bool IsStatistics(string line) =>
        line.StartsWith("processed ", StringComparison.Ordinal) ||
        line.StartsWith("verification time", StringComparison.Ordinal) ||
        line.StartsWith("stack depth", StringComparison.Ordinal);

    private static string LibBpfTail()
    {
        var text = new StringBuilder();
        lock (Gate)
        {
            for (var i = 0; i < KeptLines; i++)
            {
                var line = Lines[(_next + i) % KeptLines];
                if (line is not null)
                {
                    text.Append(text.Length > 0 ? "\n    " : "    ").Append(line);
                }
            }
        }
        return text.ToString();
    }

    [UnmanagedCallersOnly]
    private static void OnLine(int level, byte* text, int length)
    {
        const int warning = 0;
        if (level == warning)
        {
            Keep(Encoding.UTF8.GetString(text, Math.Min(length, LineSize)).Trim());
        }
    }

    private static void Keep(string line)
    {
        if (line.Length == 0)
        {
            return;
        }
        lock (Gate)
        {
            Lines[_next] = line;
            _next = (_next + 1) % KeptLines;
        }
    }
}
