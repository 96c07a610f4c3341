// SPDX-License-Identifier: Apache-2.0
using System.Buffers.Text;

namespace Agent.Targets;

/// <summary>/proc/net/tcp and tcp6: one socket a line, numbers in hexadecimal, inode in decimal.</summary>
internal static class TcpTable
{
    private const int LocalAddressField = 1;
    private const int StateField = 3;
    private const int InodeField = 9;

    /// <summary>Adds inode → port of every socket that listens.</summary>
    internal static void AddListeners(ReadOnlySpan<byte> table, Dictionary<ulong, ushort> found)
    {
        foreach (var range in table.Split((byte)'\n'))
        {
            if (TryReadListener(table[range], out var inode, out var port))
            {
                found[inode] = port;
            }
        }
    }

    private static bool TryReadListener(ReadOnlySpan<byte> line, out ulong inode, out ushort port)
    {
        inode = 0;
        port = 0;
        var field = -1;
        foreach (var range in line.Split((byte)' '))
        {
            var text = line[range];
            if (text.IsEmpty)
            {
                continue;
            }
            field++;
            if (field == LocalAddressField)
            {
                var colon = text.LastIndexOf((byte)':');
                if (colon < 0 || !Utf8Parser.TryParse(text[(colon + 1)..], out port, out _, 'X'))
                {
                    return false;
                }
            }
            else if (field == StateField && !text.SequenceEqual("0A"u8))
            {
                return false;
            }
            else if (field == InodeField)
            {
                return Utf8Parser.TryParse(text, out inode, out _) && inode != 0;
            }
        }
        return false;
    }
}
