// SPDX-License-Identifier: Apache-2.0
namespace Agent.Tests.Delivery.Exporters;

/// <summary>An authority of the test's own, a server's certificate for localhost and one for a client, in a folder.</summary>
internal static class TestCertificates
{
    private static readonly string[] Elliptic = ["ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"];

    public static void Make(string folder, string host = "DNS:localhost,IP:127.0.0.1")
    {
        Make(folder, "authority", "/CN=Test authority", []);
        Make(folder, "server", "/CN=server", Signed(folder, "subjectAltName=" + host));
        Make(folder, "client", "/CN=hilo-client", Signed(folder, "keyUsage=digitalSignature"));
        Make(folder, "rsa-client", "/CN=hilo-rsa", Signed(folder, "keyUsage=digitalSignature"), "rsa:2048");
    }

    private static string[] Signed(string folder, string extension) =>
    [
        "-CA", Path.Combine(folder, "authority.pem"), "-CAkey", Path.Combine(folder, "authority.key"),
        "-addext", "basicConstraints=CA:FALSE", "-addext", extension,
    ];

    private static void Make(string folder, string name, string subject, string[] more, string? kind = null) => ServerProgram.Run(
    [
        "openssl", "req", "-x509", "-nodes", "-newkey", .. kind is null ? Elliptic : [kind], "-subj", subject,
        "-keyout", Path.Combine(folder, name + ".key"), "-out", Path.Combine(folder, name + ".pem"), .. more,
    ]);
}
