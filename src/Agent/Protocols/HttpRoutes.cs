// SPDX-License-Identifier: Apache-2.0
using Agent.Tracing;

namespace Agent.Protocols;

/// <summary>What <c>http.route</c> is when no pattern fits.</summary>
internal enum UnmatchedRoute
{
    /// <summary>A guess: <see cref="HttpRoute"/>.</summary>
    Heuristic,
    Path,
    Wildcard,
    Unset,
}

/// <summary>The routes that the user named, and what becomes of other paths.</summary>
internal sealed class HttpRoutes(IEnumerable<string> patterns, IEnumerable<string> ignored, UnmatchedRoute unmatched)
{
    private readonly RoutePattern[] _patterns = [.. patterns.Select(text => new RoutePattern(text)).Order()];
    private readonly RoutePattern[] _ignored = [.. ignored.Select(text => new RoutePattern(text))];

    internal static HttpRoutes None { get; } = new([], [], UnmatchedRoute.Heuristic);

    /// <summary>False: the path has no route.</summary>
    internal bool TryAppend(ReadOnlySpan<byte> path, bool isCut, ref Utf8Builder route)
    {
        foreach (var pattern in _patterns)
        {
            if (pattern.Matches(path))
            {
                route.Append(pattern.Text);
                return true;
            }
        }
        switch (unmatched)
        {
            case UnmatchedRoute.Heuristic:
                HttpRoute.Append(path, isCut, ref route);
                break;
            case UnmatchedRoute.Path:
                route.Append(path);
                break;
            case UnmatchedRoute.Wildcard:
                route.Append("/**"u8);
                break;
            default:
                return false;
        }
        return true;
    }

    internal bool Ignores(ReadOnlySpan<byte> path)
    {
        foreach (var pattern in _ignored)
        {
            if (pattern.Matches(path))
            {
                return true;
            }
        }
        return false;
    }
}
