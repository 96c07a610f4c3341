// SPDX-License-Identifier: Apache-2.0
// Stands where the agent's SpanWriter stands: generated attribute writers call it by name.
using System.Text;

namespace Agent.Tracing;

/// <summary>Notes the attributes it is given.</summary>
internal readonly ref struct SpanWriter(List<(string Key, object Value)> attributes)
{
    public void Attribute(scoped ReadOnlySpan<byte> key, long value) =>
        attributes.Add((Encoding.UTF8.GetString(key), value));

    public void Attribute(scoped ReadOnlySpan<byte> key, scoped ReadOnlySpan<byte> value) =>
        attributes.Add((Encoding.UTF8.GetString(key), Encoding.UTF8.GetString(value)));
}
