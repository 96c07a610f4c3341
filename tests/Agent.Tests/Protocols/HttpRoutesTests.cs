// SPDX-License-Identifier: Apache-2.0
using System.Text;
using Agent.Protocols;
using Agent.Tests.Config;
using Agent.Tracing;

namespace Agent.Tests.Protocols;

/// <summary>Routes that the user named.</summary>
public class HttpRoutesTests
{
    private static readonly HttpRoutes Routes = Files.Read("""
        routes:
          patterns: ["/users/*", "/users/{id}", "/users/:id/cart/{item}", /users/me, "/{any}/x"]
          ignored_patterns: [/health, "/internal/*"]
        """).Delivery.Routes;

    [Theory]
    [InlineData("/users/me", "/users/me")]
    [InlineData("/users/7", "/users/{id}")]
    [InlineData("/users/7/", "/users/{id}")]
    [InlineData("/users/7/cart/9", "/users/:id/cart/{item}")]
    [InlineData("/users/7/orders", "/users/*")]
    [InlineData("/users", "/users/*")]
    [InlineData("/cats/x", "/{any}/x")]
    [InlineData("/cats/17", "/cats/*")]
    [InlineData("/userss/17", "/userss/*")]
    public void The_most_precise_pattern_wins_and_the_rest_is_guessed(string path, string expected) => Assert.Equal(expected, Route(Routes, path));

    [Theory]
    [InlineData("path", "/cats/17")]
    [InlineData("wildcard", "/**")]
    [InlineData("unset", null)]
    [InlineData("heuristic", "/cats/*")]
    [InlineData("low-cardinality", "/cats/*")]
    public void What_no_pattern_fits(string word, string? expected) =>
        Assert.Equal(expected, Route(Files.Read($"routes: {{unmatched: {word}}}").Delivery.Routes, "/cats/17"));

    [Theory]
    [InlineData("/health", true)]
    [InlineData("/healthy", false)]
    [InlineData("/internal", true)]
    [InlineData("/internal/a/b", true)]
    public void Some_are_ignored(string path, bool expected) => Assert.Equal(expected, Routes.Ignores(Encoding.UTF8.GetBytes(path)));

    [Fact]
    public void Ignored_in_metrics_alone_is_not_ignored() => Assert.False(
        Files.Read("routes: {ignored_patterns: [/health], ignore_mode: metrics}").Delivery.Routes.Ignores("/health"u8));

    private static string? Route(HttpRoutes routes, string path)
    {
        var text = new Utf8Builder(new byte[256]);
        return routes.TryAppend(Encoding.UTF8.GetBytes(path), isCut: false, ref text) ? Encoding.UTF8.GetString(text.Written) : null;
    }
}
