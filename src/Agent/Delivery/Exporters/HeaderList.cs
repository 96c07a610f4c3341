// SPDX-License-Identifier: Apache-2.0
using System.Net.Http.Headers;
using Agent.Config;

namespace Agent.Delivery.Exporters;

/// <summary><c>key1=value1,key2=value2</c>, values percent-encoded as in W3C Baggage. Values are secrets: none is shown.</summary>
internal static class HeaderList
{
    public static IReadOnlyList<KeyValuePair<string, string>> Parse(string name, string list)
    {
        var headers = new List<KeyValuePair<string, string>>();
        foreach (var pair in list.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = pair.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0)
            {
                throw Unusable(name, "a part has no key or no '='", "use a list key1=value1,key2=value2");
            }

            var (key, value) = (Decode(pair[..equals]), Decode(pair[(equals + 1)..]));
            Check(name, key, value);
            headers.Add(new(key, value));
        }

        return headers;
    }

    // What would fail with every request, or be left out silently, fails here.
    private static void Check(string name, string key, string value)
    {
        using var request = new HttpRequestMessage();
        if (!IsAllowed(key) || !request.Headers.TryAddWithoutValidation(key, value))
        {
            throw Unusable(name, $"{key} is not a header that can be set", "leave it out");
        }

        if (value.Any(letter => letter is < ' ' or > '~'))
        {
            throw Unusable(name, $"the value of {key} holds characters that headers cannot carry", "use printable ASCII");
        }
    }

    private static bool IsAllowed(string key) =>
        NameValueHeaderValue.TryParse(key, out _) // a token
        && key.ToLowerInvariant() is not ("te" or "trailer" or "transfer-encoding" or "connection" or "expect" or "upgrade")
        && !key.StartsWith("grpc-", StringComparison.OrdinalIgnoreCase);

    private static ConfigException Unusable(string name, string reason, string remedy) => new(name, null, $"{reason}: {remedy}");

    private static string Decode(string text) => Uri.UnescapeDataString(text.Trim());
}
