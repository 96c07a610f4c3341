// SPDX-License-Identifier: Apache-2.0
namespace Agent.Targets;

/// <summary><c>a=1,b=2</c> with percent-encoded values: the form of OTEL_RESOURCE_ATTRIBUTES.</summary>
internal static class KeyValueList
{
    /// <summary>False when an entry has no key or no equals sign; what could be read is in <paramref name="pairs"/>.</summary>
    internal static bool TryParse(string text, out List<KeyValuePair<string, string>> pairs)
    {
        pairs = [];
        var valid = true;
        foreach (var entry in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = entry.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0)
            {
                valid = false;
                continue;
            }
            var value = Uri.UnescapeDataString(entry[(equals + 1)..].Trim());
            pairs.Add(new KeyValuePair<string, string>(Uri.UnescapeDataString(entry[..equals].Trim()), value));
        }
        return valid;
    }
}
