// SPDX-License-Identifier: Apache-2.0
using Scenarios.Harness;
using Scenarios.Tls;

namespace Scenarios.Delivery;

/// <summary>Brokers behind mutual TLS, which haproxy does for them.</summary>
public sealed class KafkaTlsTests : FrontedBrokers
{
    private const int Count = 20;

    [Fact]
    public void Spans_go_in_and_out_with_certificates_and_not_without()
    {
        var certificate = new Certificate(Sandbox);
        StartBrokers();
        AwaitFront(Relay("outside", Sandbox.Network, Ways.Select(way => (
            $"{way.Address} ssl crt {certificate.Chain} ca-file {certificate.Authority} verify required", $"unix@{way.Socket}"))));
        (string, string)[] trusted =
        [
            ("HILO_KAFKA_CERTIFICATE", certificate.Authority),
            ("HILO_KAFKA_CLIENT_CERTIFICATE", certificate.Chain),
            ("HILO_KAFKA_CLIENT_KEY", certificate.Chain),
        ];

        var stranger = Start("collect", ("HILO_KAFKA_CERTIFICATE", certificate.Authority));
        Assert.Matches("429|503", Send(1));
        Assert.Equal(0, stranger.Stop(Native.SigTerm));
        Assert.Matches("(?i)certificate required|handshake", stranger.Errors);

        var collect = Start("collect", trusted);
        for (var i = 1; i <= Count; i++)
        {
            Assert.Equal("200", Send(i));
        }
        Assert.Equal(0, collect.Stop(Native.SigTerm));
        Forward(Count, trusted);
    }
}
