// SPDX-License-Identifier: Apache-2.0
using System.Collections.Concurrent;

namespace Agent.Kubernetes;

/// <summary>One text for what ten thousand pods say alike: keys of labels, names of namespaces, nodes, owners and containers.</summary>
internal static class Names
{
    private const int MaxCount = 16_384;
    private static readonly ConcurrentDictionary<string, string> Known = new(StringComparer.Ordinal);

    internal static string Intern(string text) =>
        Known.TryGetValue(text, out var known) ? known
        : Known.Count < MaxCount ? Known.GetOrAdd(text, text)
        : text;
}
