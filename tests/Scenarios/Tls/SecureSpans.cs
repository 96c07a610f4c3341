// SPDX-License-Identifier: Apache-2.0
using System.Globalization;
using Scenarios.Harness;

namespace Scenarios.Tls;

/// <summary>What spans of requests inside TLS have to say.</summary>
internal static class SecureSpans
{
    internal static void Check(Span span, string service, string method, string path, int port)
    {
        Assert.Equal(service, span.Service);
        Assert.Equal(method, span.Attributes["http.request.method"]);
        Assert.Equal(path, span.Path);
        Assert.Equal(200, span.StatusCode);
        Assert.Equal("127.0.0.1", span.Attributes["network.peer.address"]);
        Assert.Equal(port.ToString(CultureInfo.InvariantCulture), span.Attributes["server.port"]);
        if (span.IsClient)
        {
            Assert.StartsWith("https://", span.Attributes["url.full"], StringComparison.Ordinal);
        }
        else
        {
            Assert.Equal("https", span.Attributes["url.scheme"]);
        }
    }
}
