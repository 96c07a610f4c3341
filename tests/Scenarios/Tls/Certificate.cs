// SPDX-License-Identifier: Apache-2.0
using Scenarios.Harness;

namespace Scenarios.Tls;

/// <summary>An authority of the test's own, and what a server on this machine shows.</summary>
internal sealed class Certificate
{
    internal Certificate(Sandbox sandbox)
    {
        Authority = sandbox.PathOf("authority.pem");
        Chain = sandbox.PathOf("server.pem");
        var (authorityKey, key) = (sandbox.PathOf("authority.key"), sandbox.PathOf("server.key"));
        string[] made = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
        Run(sandbox, [.. made, "-subj", "/CN=Test authority", "-keyout", authorityKey, "-out", Authority]);
        Run(sandbox,
        [
            .. made, "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1,IP:" + Route.Far, "-addext", "basicConstraints=CA:FALSE",
            "-CA", Authority, "-CAkey", authorityKey, "-keyout", key, "-out", Chain,
        ]);
        File.AppendAllText(Chain, File.ReadAllText(key));
    }

    /// <summary>Whom clients trust.</summary>
    internal string Authority { get; }

    /// <summary>Certificate and key of the server.</summary>
    internal string Chain { get; }

    /// <summary>The same program, which trusts the authority and serves with the certificate if it serves at all.</summary>
    internal ProgramStart For(ProgramStart start) => start with
    {
        Environment = new(start.Environment)
        {
            ["SSL_CERT_FILE"] = Authority,
            ["CURL_CA_BUNDLE"] = Authority,
            ["NODE_EXTRA_CA_CERTS"] = Authority,
            ["WEB_CERTIFICATE"] = Chain,
        },
    };

    private static void Run(Sandbox sandbox, string[] arguments) => sandbox.StartOutside(new ProgramStart(["openssl", .. arguments])).Finish();
}
