// SPDX-License-Identifier: Apache-2.0
// HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY, in small letters too, which win. There is no standard; this is what most
// programs agree on: NO_PROXY holds names (with all below them), addresses, networks, each perhaps with a port, or *; this host
// itself is never asked for through a proxy.
using System.Globalization;
using System.Net;
using Agent.Config;

namespace Agent.Delivery.Exporters;

/// <summary>The proxies that the environment asks for.</summary>
internal sealed class ProxyVariables : IWebProxy, ICredentials
{
    private readonly Uri? _plain;
    private readonly Uri? _secure;
    private readonly string[] _direct;

    private ProxyVariables(Uri? plain, Uri? secure, string[] direct) => (_plain, _secure, _direct) = (plain, secure, direct);

    public ICredentials? Credentials
    {
        get => this;
        set => throw new NotSupportedException();
    }

    public static ProxyVariables? Read(Func<string, string?> variable)
    {
        var all = Parse(variable, "ALL_PROXY");
        var plain = Parse(variable, "HTTP_PROXY") ?? all;
        var secure = Parse(variable, "HTTPS_PROXY") ?? all;
        var direct = Find(variable, "NO_PROXY")?.Value ?? "";
        return plain is null && secure is null
            ? null
            : new(plain, secure, direct.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));
    }

    public Uri? GetProxy(Uri destination) => destination.Scheme == Uri.UriSchemeHttps ? _secure : _plain;

    public bool IsBypassed(Uri host) =>
        GetProxy(host) is null || host.IsLoopback || _direct.Any(rule => Matches(rule, host.IdnHost, host.Port));

    /// <summary>What stands in the URL of the proxy, <c>http://user:password@host:port</c>.</summary>
    public NetworkCredential? GetCredential(Uri uri, string authType)
    {
        var proxy = _secure is not null && _secure.Host == uri.Host && _secure.Port == uri.Port ? _secure : _plain;
        if (proxy is null || proxy.UserInfo.Length == 0)
        {
            return null;
        }

        var parts = proxy.UserInfo.Split(':', 2);
        return new NetworkCredential(Uri.UnescapeDataString(parts[0]), Uri.UnescapeDataString(parts.Length > 1 ? parts[1] : ""));
    }

    private static bool Matches(string rule, string host, int port)
    {
        if (rule == "*")
        {
            return true;
        }

        var colon = rule.LastIndexOf(':');
        if (colon > 0 && rule.IndexOf(':', StringComparison.Ordinal) == colon
            && int.TryParse(rule.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var only))
        {
            return only == port && Matches(rule[..colon], host, port);
        }

        if (IPAddress.TryParse(host, out var address))
        {
            return IPNetwork.TryParse(rule, out var network)
                ? network.Contains(address)
                : IPAddress.TryParse(rule.Trim('[', ']'), out var one) && one.Equals(address);
        }

        var name = rule.StartsWith("*.", StringComparison.Ordinal) ? rule[2..] : rule.TrimStart('.');
        return host.EndsWith(name, StringComparison.OrdinalIgnoreCase)
            && (host.Length == name.Length || host[^(name.Length + 1)] == '.');
    }

    private static Uri? Parse(Func<string, string?> variable, string name)
    {
        if (Find(variable, name) is not var (found, text))
        {
            return null;
        }

        var url = text.Contains("://", StringComparison.Ordinal) ? text : $"http://{text}";
        return Uri.TryCreate(url, UriKind.Absolute, out var proxy) && proxy.Scheme is "http" or "https" or "socks5"
            ? proxy
            : throw new ConfigException(found, text.Contains('@', StringComparison.Ordinal) ? "..." : text, "use a URL like http://proxy:3128");
    }

    private static (string Name, string Value)? Find(Func<string, string?> variable, string name)
    {
        foreach (var spelling in (ReadOnlySpan<string>)[name.ToLowerInvariant(), name])
        {
            if (variable(spelling)?.Trim() is { Length: > 0 } text)
            {
                return (spelling, text);
            }
        }

        return null;
    }
}
