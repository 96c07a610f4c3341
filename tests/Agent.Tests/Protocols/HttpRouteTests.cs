// SPDX-License-Identifier: Apache-2.0
using System.Text;
using Agent.Protocols;
using Agent.Tracing;

namespace Agent.Tests.Protocols;

public class HttpRouteTests
{
    [Theory]
    [InlineData("/", "/")]
    [InlineData("*", "*")]
    [InlineData("/users", "/users")]
    [InlineData("/users/", "/users/")]
    [InlineData("/api/v1/users", "/api/v1/users")]
    [InlineData("/api/v12/user-settings/index.html", "/api/v12/user-settings/index.html")]
    [InlineData("/oauth2/token", "/oauth2/token")]
    [InlineData("/.well-known/openid-configuration", "/.well-known/openid-configuration")]
    [InlineData("/users/17", "/users/*")]
    [InlineData("/users/17/orders/2024-11-22", "/users/*/orders/*")]
    [InlineData("/orders/order-7", "/orders/*")]
    [InlineData("/u/user123", "/u/*")]
    [InlineData("/f/9f86d081", "/f/*")]
    [InlineData("/f/deadbeef", "/f/deadbeef")]
    [InlineData("/o/550e8400-e29b-41d4-a716-446655440000", "/o/*")]
    [InlineData("/o/507f1f77bcf86cd799439011", "/o/*")]
    [InlineData("/mail/ann@example.org", "/mail/*")]
    [InlineData("/search/a%20b", "/search/*")]
    [InlineData("/t/eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9", "/t/*")]
    [InlineData("/session;jsessionid=AB/x", "/*/x")]
    [InlineData("/a/b/c/d/e/f/g/h/i/j", "/a/b/c/d/e/f/g/h/*")]
    [InlineData("no-slash", "/*")]
    public void Values_become_stars(string path, string route) => Assert.Equal(route, Route(path, isCut: false));

    [Theory]
    [InlineData("/users/al", "/users/*")]
    [InlineData("/users/", "/users/*")]
    [InlineData("/use", "/*")]
    public void Segment_that_is_not_whole_is_a_value(string path, string route) => Assert.Equal(route, Route(path, isCut: true));

    private static string Route(string path, bool isCut)
    {
        var text = new Utf8Builder(new byte[200]);
        HttpRoute.Append(Encoding.UTF8.GetBytes(path), isCut, ref text);
        return Encoding.UTF8.GetString(text.Written);
    }
}
