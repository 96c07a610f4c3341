// SPDX-License-Identifier: Apache-2.0
// Certificates are read once, at the start: a file that cannot be used is a setting that cannot be used.
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Agent.Config;

namespace Agent.Delivery.Exporters;

/// <summary>Whom Hilo trusts, and what it shows of itself.</summary>
/// <param name="Authorities">Null: those of the system, or of SSL_CERT_FILE and SSL_CERT_DIR.</param>
/// <param name="Client">Certificate and key for mutual TLS.</param>
/// <param name="ServerName">Null: the host of the endpoint.</param>
internal sealed record ReceiverTls(X509Certificate2Collection? Authorities, SslStreamCertificateContext? Client, string? ServerName)
{
    public static ReceiverTls Default { get; } = new(null, null, null);

    public static ReceiverTls Read(Variables settings)
    {
        var authorities = settings.Find("CERTIFICATE");
        var certificate = settings.Find("CLIENT_CERTIFICATE");
        var key = settings.Find("CLIENT_KEY");
        if (key is var (keyName, keyFile) && certificate is null)
        {
            throw new ConfigException(keyName, keyFile, $"set {keyName.Replace("KEY", "CERTIFICATE", StringComparison.Ordinal)} too");
        }

        return new(
            authorities is var (name, file) ? ReadCertificates(name, file) : null,
            certificate is var (clientName, clientFile) ? ReadIdentity(clientName, clientFile, key) : null,
            ReadServerName(settings));
    }

    public SslClientAuthenticationOptions Options(RemoteCertificateValidationCallback? check = null)
    {
        var options = new SslClientAuthenticationOptions
        {
            ClientCertificateContext = Client,
            RemoteCertificateValidationCallback = check,
        };
        if (Authorities is not null)
        {
            options.CertificateChainPolicy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck,
                DisableCertificateDownloads = true,
            };
            options.CertificateChainPolicy.CustomTrustStore.AddRange(Authorities);
        }

        return options;
    }

    private static string? ReadServerName(Variables settings) => settings.Find("SERVER_NAME") switch
    {
        null => null,
        var (name, text) => Uri.CheckHostName(text) == UriHostNameType.Dns
            ? text
            : throw new ConfigException(name, text, "use the host name that stands in the certificate"),
    };

    public static X509Certificate2Collection ReadCertificates(string name, string file)
    {
        var certificates = new X509Certificate2Collection();
        try
        {
            certificates.ImportFromPem(ReadFile(name, file));
        }
        catch (CryptographicException)
        {
            // Said below.
        }

        return certificates.Count > 0 ? certificates : throw new ConfigException(name, file, "there is no certificate in the form of PEM in it");
    }

    /// <param name="key">Null: it is in the same file.</param>
    public static SslStreamCertificateContext ReadIdentity(string name, string file, (string Name, string Value)? key)
    {
        var chain = ReadCertificates(name, file);
        var (keyName, keyFile) = key ?? (name, file);
        try
        {
            var certificate = ClientKey.Join(chain[0], ReadFile(keyName, keyFile));
            chain.RemoveAt(0);
            return SslStreamCertificateContext.Create(certificate, chain, offline: true);
        }
        catch (Exception e) when (e is ArgumentException or CryptographicException)
        {
            throw new ConfigException(keyName, keyFile, $"there is no key in it that fits the certificate in {file}: it must be PEM, without a password");
        }
    }

    private static string ReadFile(string name, string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ConfigException(name, file, $"{e.Message.TrimEnd('.')}");
        }
    }
}
