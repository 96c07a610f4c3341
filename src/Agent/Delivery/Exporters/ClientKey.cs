// SPDX-License-Identifier: Apache-2.0
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Agent.Delivery.Exporters;

/// <summary>Private keys in PEM: of RSA and of elliptic curves, the two kinds that certificates for TLS have.</summary>
internal static class ClientKey
{
    private const string EllipticCurve = "1.2.840.10045.2.1";

    /// <summary>Throws <see cref="ArgumentException"/> or <see cref="CryptographicException"/> where they do not belong together.</summary>
    public static X509Certificate2 Join(X509Certificate2 certificate, string pem)
    {
        if (certificate.PublicKey.Oid.Value == EllipticCurve)
        {
            using var curve = ECDsa.Create();
            curve.ImportFromPem(pem);
            return certificate.CopyWithPrivateKey(curve);
        }

        using var rsa = RSA.Create();
        rsa.ImportFromPem(pem);
        return certificate.CopyWithPrivateKey(rsa);
    }
}
