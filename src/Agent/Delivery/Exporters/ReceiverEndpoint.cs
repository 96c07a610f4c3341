// SPDX-License-Identifier: Apache-2.0
using System.Text;
using Agent.Config;

namespace Agent.Delivery.Exporters;

/// <summary>What may stand in a variable that names an endpoint.</summary>
internal static class ReceiverEndpoint
{
    public const string UnixScheme = "unix";

    private const int MaxSocketPath = 107;
    private const string SocketRemedy = "use the absolute path of a socket, at most 107 bytes, like unix:///run/collector.sock";
    private const string HttpRemedy = "use a URL like http://localhost:4318 or a socket like unix:///run/collector.sock";
    private const string GrpcRemedy = "use a URL without path like http://localhost:4317 or a socket like unix:///run/collector.sock";

    /// <param name="path">Appended, unless the URL ends with it.</param>
    public static Uri Http(string name, string text, string path)
    {
        if (IsSocket(text))
        {
            return Socket(name, text);
        }

        var uri = Url(name, text, HttpRemedy);
        return path.Length == 0 || uri.AbsolutePath.EndsWith(path, StringComparison.Ordinal)
            ? uri
            : new UriBuilder(uri) { Path = uri.AbsolutePath.TrimEnd('/') + path }.Uri;
    }

    /// <param name="isInsecure">Where no scheme is given.</param>
    public static Uri Grpc(string name, string text, bool isInsecure)
    {
        if (IsSocket(text))
        {
            return Socket(name, text);
        }

        var hasScheme = text.Contains("://", StringComparison.Ordinal);
        var uri = Url(name, hasScheme ? text : $"{(isInsecure ? "http" : "https")}://{text}", GrpcRemedy);
        return uri.PathAndQuery == "/" ? uri : throw new ConfigException(name, text, GrpcRemedy);
    }

    /// <summary>An absolute path, or a file:// URL.</summary>
    public static Uri File(string name, string text)
    {
        var isFile = (text.StartsWith('/') || text.StartsWith("file:///", StringComparison.Ordinal)) && !text.EndsWith('/');
        return isFile && Uri.TryCreate(text, UriKind.Absolute, out var uri)
            ? uri
            : throw new ConfigException(name, text, "use the absolute path of a file, like /var/log/spans.jsonl");
    }

    private static bool IsSocket(string text) => text.StartsWith("unix:", StringComparison.OrdinalIgnoreCase);

    private static Uri Socket(string name, string text)
    {
        var path = text["unix:".Length..];
        path = path.StartsWith("//", StringComparison.Ordinal) ? path[2..] : path;
        return path.StartsWith('/') && Encoding.UTF8.GetByteCount(path) <= MaxSocketPath
            ? new Uri($"{UnixScheme}://{path}")
            : throw new ConfigException(name, text, SocketRemedy);
    }

    private static Uri Url(string name, string text, string remedy)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
        {
            throw new ConfigException(name, text, remedy);
        }

        // Not shown: it holds a password.
        return uri.UserInfo.Length == 0 ? uri : throw new ConfigException(
            name, null, $"it holds a user name; send it as a header: {name.Replace("ENDPOINT", "HEADERS", StringComparison.Ordinal)}=authorization=Basic%20...");
    }
}
