// SPDX-License-Identifier: Apache-2.0
using Agent.Protocols;

namespace Agent.Config;

/// <summary>The section <c>routes</c>.</summary>
internal static class RouteReader
{
    internal const string Remedy = "use routes like /users/{id}, /users/:id or /static/*, with a star only at the end";

    internal static bool IsPattern(string text) => text.StartsWith('/') && !text.AsSpan(0, text.Length - 1).Contains('*');

    internal static HttpRoutes Read(Variables settings) => new(
        Patterns(settings, "HILO_ROUTES_PATTERNS"),
        Ignored(settings),
        settings.Word("HILO_ROUTES_UNMATCHED", "use heuristic, path, wildcard or unset", "heuristic", "path", "wildcard", "unset") switch
        {
            "path" => UnmatchedRoute.Path,
            "wildcard" => UnmatchedRoute.Wildcard,
            "unset" => UnmatchedRoute.Unset,
            _ => UnmatchedRoute.Heuristic,
        });

    // What is ignored in metrics alone is not ignored here.
    private static string[] Ignored(Variables settings)
    {
        var patterns = Patterns(settings, "HILO_ROUTES_IGNORED_PATTERNS");
        var mode = settings.Word("HILO_ROUTES_IGNORE_MODE", "use all, traces or metrics", "all", "traces", "metrics");
        return mode == "metrics" ? [] : patterns;
    }

    private static string[] Patterns(Variables settings, string name)
    {
        var patterns = settings.List(name);
        var wrong = Array.Find(patterns, pattern => !IsPattern(pattern));
        return wrong is null ? patterns : throw new ConfigException(name, wrong, Remedy);
    }
}
