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
        "nginx" => Programs.Nginx(folder, $$"""
            listen {{port}} ssl; ssl_certificate {{certificate.Chain}}; ssl_certificate_key {{certificate.Chain}};
            location / {
                proxy_pass {{backend}}; proxy_http_version 1.1; proxy_set_header Connection '';
                proxy_ssl_verify on; proxy_ssl_trusted_certificate {{certificate.Authority}}; proxy_ssl_name localhost;
            }
            """),
        _ => Programs.Server(kind, port, folder),
    });

    /// <summary>nginx that answers everything.</summary>
    internal static ProgramStart Server(int port, string folder, Certificate certificate) => Programs.Nginx(folder,
        $"listen {port} ssl; ssl_certificate {certificate.Chain}; ssl_certificate_key {certificate.Chain}; location / {{ return 200 ok; }}");

    /// <summary>One that sends requests one after the other, see Services/README.md.</summary>
    internal static ProgramStart Client(string kind, string address, int count, int size, string folder, Certificate certificate)
    {
        var start = certificate.For(Programs.Client(kind, address, count, size, kind, folder));
        return kind switch
        {
            "wget" => start with { Command = [start.Command[0], $"--ca-certificate={certificate.Authority}", .. start.Command[1..]] },
            "php-curl" => start with { Command = [start.Command[0], "-d", $"curl.cainfo={certificate.Authority}", .. start.Command[1..]] },
            _ => start,
        };
    }
}
