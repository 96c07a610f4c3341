// SPDX-License-Identifier: Apache-2.0
using Scenarios.Harness;

namespace Scenarios.Tls;

/// <summary>How servers and clients are started for HTTPS.</summary>
internal static class SecurePrograms
{
    /// <summary>A server that passes on what it gets from behind.</summary>
    internal static ProgramStart Relay(string kind, int port, string backend, string folder, Certificate certificate) => certificate.For(kind switch
    {
        "asyncio" => new("/usr/bin/python3", "python/aio.py", "serve", $"{port}"),
        "ruby" => new("ruby", "ruby/web.rb", "serve", $"{port}"),
        "boringssl" => new(Build.CBoring("secure"), $"{port}"),
        "nginx" => Programs.Nginx(folder, Proxy(port, backend, certificate)),
        "nginx-openssl-1.1" => OldNginx(folder, Proxy(port, backend, certificate)),
        _ => Programs.Server(kind, port, folder),
    });

    /// <summary>nginx and curl of a Debian that had OpenSSL 1.1.</summary>
    private static string Bullseye() => Build.Debian(
        "bullseye", "nginx-light", "libssl1.1", "libpcre3", "curl", "libcurl4", "libldap-2.4-2", "librtmp1", "libssh2-1");

    private static ProgramStart OldNginx(string folder, string server)
    {
        var command = Programs.Nginx(folder, server).Command;
        return new($"{Bullseye()}/usr/sbin/nginx", command[1], command[2]) { Environment = OldLibraries() };
    }

    private static ProgramStart OldCurl(ProgramStart curl) =>
        curl with { Command = [$"{Bullseye()}/usr/bin/curl", .. curl.Command[1..]], Environment = OldLibraries() };

    private static Dictionary<string, string> OldLibraries() => new() { ["LD_LIBRARY_PATH"] = $"{Bullseye()}/usr/lib/x86_64-linux-gnu" };

    private static string Proxy(int port, string backend, Certificate certificate) => $$"""
        listen {{port}} ssl; ssl_certificate {{certificate.Chain}}; ssl_certificate_key {{certificate.Chain}};
        location / {
            proxy_pass {{backend}}; proxy_http_version 1.1; proxy_set_header Connection '';
            proxy_ssl_verify on; proxy_ssl_trusted_certificate {{certificate.Authority}}; proxy_ssl_name localhost;
        }
        """;

    /// <summary>nginx that answers everything.</summary>
    internal static ProgramStart Server(int port, string folder, Certificate certificate) => Programs.Nginx(folder,
        $"listen {port} ssl; ssl_certificate {certificate.Chain}; ssl_certificate_key {certificate.Chain}; location / {{ return 200 ok; }}");

    /// <summary>One that sends requests one after the other, see Services/README.md.</summary>
    internal static ProgramStart Client(string kind, string address, int count, int size, string folder, Certificate certificate)
    {
        if (kind == "curl-openssl-1.1")
        {
            return certificate.For(OldCurl(Programs.Client("curl", address, count, size, kind, folder)));
        }
        var start = certificate.For(Programs.Client(kind, address, count, size, kind, folder));
        return kind switch
        {
            "wget" => start with { Command = [start.Command[0], $"--ca-certificate={certificate.Authority}", .. start.Command[1..]] },
            "php-curl" => start with { Command = [start.Command[0], "-d", $"curl.cainfo={certificate.Authority}", .. start.Command[1..]] },
            _ => start,
        };
    }
}
