// SPDX-License-Identifier: Apache-2.0
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Agent.Config;
using Agent.Delivery.Exporters;

namespace Agent.Ingest;

/// <summary>Certificates of a server, read once at the start.</summary>
internal static class IngestTls
{
    /// <summary>Null: without TLS.</summary>
    public static SslServerAuthenticationOptions? Read(Variables settings)
    {
        var key = settings.Find("KEY");
        var authorities = settings.Find("CLIENT_CA");
        if (settings.Find("CERTIFICATE") is not var (name, file))
        {
            return (key ?? authorities) is var (other, value)
                ? throw new ConfigException(other, value, $"set {settings.NameOf("CERTIFICATE")} too")
                : null;
        }

        var options = new SslServerAuthenticationOptions
        {
            ServerCertificateContext = ReceiverTls.ReadIdentity(name, file, key),
            ApplicationProtocols = [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11],
            ClientCertificateRequired = authorities is not null,
        };
        if (authorities is var (authorityName, authorityFile))
        {
            options.CertificateChainPolicy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck,
                DisableCertificateDownloads = true,
            };
            options.CertificateChainPolicy.CustomTrustStore.AddRange(ReceiverTls.ReadCertificates(authorityName, authorityFile));
        }

        return options;
    }
}
