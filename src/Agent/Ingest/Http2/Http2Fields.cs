// SPDX-License-Identifier: Apache-2.0
using System.Runtime.InteropServices;
using System.Text;

namespace Agent.Ingest.Http2;

/// <summary>Header fields as nghttp2 takes them; it copies them when they are submitted.</summary>
internal readonly unsafe ref struct Http2Fields
{
    public Http2Fields((string Name, string Value)[] fields)
    {
        var text = Encoding.UTF8.GetBytes(string.Concat(fields.Select(field => field.Name + field.Value)));
        var table = sizeof(NgHttp2.Field) * fields.Length;
        Start = (NgHttp2.Field*)NativeMemory.AllocZeroed((nuint)(table + text.Length));
        Count = (nuint)fields.Length;
        var next = (byte*)Start + table;
        text.CopyTo(new Span<byte>(next, text.Length));
        for (var i = 0; i < fields.Length; i++)
        {
            Start[i].Name = next;
            Start[i].NameSize = (nuint)Encoding.UTF8.GetByteCount(fields[i].Name);
            Start[i].Value = next + Start[i].NameSize;
            Start[i].ValueSize = (nuint)Encoding.UTF8.GetByteCount(fields[i].Value);
            next = Start[i].Value + Start[i].ValueSize;
        }
    }

    public NgHttp2.Field* Start { get; }

    public nuint Count { get; }

    public void Dispose() => NativeMemory.Free(Start);
}
