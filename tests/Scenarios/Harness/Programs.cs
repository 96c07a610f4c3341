// SPDX-License-Identifier: Apache-2.0
using System.Globalization;

namespace Scenarios.Harness;

/// <summary>How each service and client of <c>Services/</c> is started.</summary>
internal static class Programs
{
    public const int BackendPort = 8080;

    public static readonly string[] ClientKinds =
    [
        "curl", "wget", "python-http.client", "python-urllib", "node-http", "node-fetch", "java-urlconnection",
        "java-httpclient", "php-streams", "php-curl", "go-http", "dotnet-httpclient",
    ];

    public static readonly string[] ServerKinds = ["python", "node", "java", "php", "go", "dotnet", "nginx"];

    /// <summary>The textbook server in one language; <paramref name="folder"/> takes what nginx wants to keep.</summary>
    public static ProgramStart Server(string kind, int port, string folder) => kind switch
    {
        "python" => new("/usr/bin/python3", "python/web.py", "serve", Text(port)),
        "node" => new("node", "node/web.js", "serve", Text(port)),
        "java" => new("java", "-Xmx256m", "-Dsun.net.httpserver.nodelay=true", "-cp", Build.Java(), "Web", "serve", Text(port)),
        "php" => new("php", "-q", "-S", $"127.0.0.1:{port}", "php/server.php")
        {
            Environment = { ["PHP_CLI_SERVER_WORKERS"] = "8" },
        },
        "go" => new(Build.Go(), "serve", Text(port)),
        "dotnet" => new(Build.Dotnet(), "serve", Text(port)),
        "nginx" => Nginx(folder, $"listen {port}; location /headers {{ root {folder}; try_files /small =404; }} location / {{ return 200 ok; }}"),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, null),
    };

    /// <summary>The Node.js service with the OpenTelemetry SDK, which exports to <paramref name="receiver"/>.</summary>
    public static ProgramStart ServerWithSdk(int port, int receiver) => new("node", "-r", "./node-otel/otel.js", "node/web.js", "serve", Text(port))
    {
        Environment =
        {
            ["NODE_PATH"] = Build.NodeOtel(),
            ["OTEL_SERVICE_NAME"] = "sdk",
            ["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"] = $"http://127.0.0.1:{receiver}/v1/traces",
        },
    };

    /// <summary>A client that sends requests one after the other; see Services/README.md.</summary>
    public static ProgramStart Client(string kind, string address, int count, int size, string prefix, string folder)
    {
        string[] rest = [address, Text(count), Text(size), prefix];
        return Wait(kind switch
        {
            "curl" => Curl(address, count, size, prefix, folder),
            "wget" => Wget(address, count, size, prefix, folder),
            _ => kind.Split('-') switch
            {
                ["python", var library] => new(["/usr/bin/python3", "python/web.py", "client", library, .. rest]),
                ["node", var library] => new(["node", "node/web.js", "client", library, .. rest]),
                ["java", var library] => new(["java", "-cp", Build.Java(), "Web", "client", library, .. rest]),
                ["php", var library] => new(["php", "php/client.php", library, .. rest]),
                ["go", var library] => new([Build.Go(), "client", library, .. rest]),
                ["dotnet", var library] => new([Build.Dotnet(), "client", library, .. rest]),
                _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, null),
            },
        });
    }

    /// <summary>nginx that forwards everything on one port to another, on kept connections.</summary>
    public static ProgramStart Proxy(int port, int backend, string folder, string address = "127.0.0.1") =>
        Nginx(folder, $"listen {port}; location / {{ proxy_pass http://backend; proxy_http_version 1.1; proxy_set_header Connection ''; }}",
            $"upstream backend {{ server {address}:{backend}; keepalive 16; }}");

    /// <summary>nginx that forwards gRPC.</summary>
    public static ProgramStart RpcProxy(int port, int backend, string folder) =>
        Nginx(folder, $"listen {port} http2; location / {{ grpc_pass grpc://backend; }}", $"upstream backend {{ server 127.0.0.1:{backend}; keepalive 16; }}");

    /// <summary>nginx that answers every request over HTTP/2, and closes a connection after so many.</summary>
    public static ProgramStart Http2(int port, int requests, string folder) =>
        Nginx(folder, $"listen {port} http2; location / {{ keepalive_requests {requests}; return 200 ok; }}");

    /// <summary>nginx in front of PHP-FPM, by FastCGI over a Unix-domain socket.</summary>
    public static ProgramStart FastCgi(int port, string socket, string folder) =>
        Nginx(folder, $"listen {port}; location / {{ include /etc/nginx/fastcgi_params; "
            + $"fastcgi_param SCRIPT_FILENAME {Repository.Services}/php/server.php; fastcgi_pass unix:{socket}; }}");

    public static ProgramStart PhpFpm(string socket, string folder)
    {
        var configuration = Path.Combine(folder, "fpm.conf");
        File.WriteAllText(configuration, $"""
            [global]
            daemonize = no
            error_log = /dev/stderr
            [www]
            user = root
            listen = {socket}
            pm = static
            pm.max_children = 2
            clear_env = no
            """);
        return new("php-fpm8.2", "--nodaemonize", "--allow-to-run-as-root", "--fpm-config", configuration);
    }

    public static readonly string[] ProxyKinds = ["nginx", "haproxy", "apache"];

    /// <summary>The same with another program.</summary>
    public static ProgramStart Proxy(string kind, int port, int backend, string folder) => kind switch
    {
        "nginx" => Proxy(port, backend, folder),
        "haproxy" => Haproxy(port, backend, folder),
        "apache" => Apache(port, backend, folder),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, null),
    };

    private static ProgramStart Haproxy(int port, int backend, string folder)
    {
        var configuration = Path.Combine(folder, "haproxy.cfg");
        File.WriteAllText(configuration, $"""
            defaults
                mode http
                timeout connect 10s
                timeout client 60s
                timeout server 60s
                http-reuse always
            listen proxy
                bind 127.0.0.1:{port}
                server backend 127.0.0.1:{backend}

            """);
        return new("/usr/sbin/haproxy", "-db", "-f", configuration);
    }

    // One process, so that what a connection to the backend carries does not depend on which one accepts.
    private static ProgramStart Apache(int port, int backend, string folder)
    {
        var configuration = Path.Combine(folder, "apache.conf");
        string[] modules = ["mpm_event", "authz_core", "proxy", "proxy_http"];
        File.WriteAllText(configuration, $"""
            {string.Join('\n', modules.Select(module => $"LoadModule {module}_module /usr/lib/apache2/modules/mod_{module}.so"))}
            ServerRoot {folder}
            ServerName localhost
            PidFile {folder}/apache.pid
            DefaultRuntimeDir {folder}
            ErrorLog /dev/stderr
            User nobody
            Group nogroup
            ServerLimit 1
            StartServers 1
            Listen 127.0.0.1:{port}
            MaxKeepAliveRequests 0
            KeepAliveTimeout 60
            ProxyPass / http://127.0.0.1:{backend}/

            """);
        return new("/usr/sbin/apache2", "-DFOREGROUND", "-f", configuration);
    }

    public static ProgramStart Nginx(string folder, string server, string more = "")
    {
        var configuration = Path.Combine(folder, "nginx.conf");
        File.WriteAllText(Path.Combine(folder, "small"), "ok");
        File.WriteAllText(configuration, $$"""
            daemon off; user root; worker_processes 1; pid {{folder}}/nginx.pid; error_log stderr;
            events { worker_connections 512; }
            http {
                access_log off; keepalive_requests 1000000; client_max_body_size 100m;
                client_body_temp_path {{folder}}/body; proxy_temp_path {{folder}}/proxy; fastcgi_temp_path {{folder}}/fastcgi;
                uwsgi_temp_path {{folder}}/uwsgi; scgi_temp_path {{folder}}/scgi;
                {{more}}
                server { {{server}} }
            }
            """);
        return new("/usr/sbin/nginx", "-c", configuration, "-e", "stderr");
    }

    // Both take their list of URLs from standard input, and so begin when they get it.
    private static ProgramStart Curl(string address, int count, int size, string prefix, string folder)
    {
        var options = size > 0 ? $"data-binary = @{BodyFile(folder, size)}\n" : "";
        return new("curl", "-sS", "--fail", "-o", "/dev/null", "--config", "-")
        {
            Input = $"{options}url = {address}/{(size > 0 ? "echo" : "headers")}?id={prefix}-[0-{count - 1}]\n",
        };
    }

    private static ProgramStart Wget(string address, int count, int size, string prefix, string folder)
    {
        string[] options = size > 0 ? ["--post-file", BodyFile(folder, size)] : [];
        return new(["wget", "-nv", "--no-config", .. options, "-O", "/dev/null", "-i", "-"])
        {
            Input = string.Concat(Enumerable.Range(0, count).Select(i => $"{address}/{(size > 0 ? "echo" : "headers")}?id={prefix}-{i}\n")),
        };
    }

    private static ProgramStart Wait(ProgramStart client) =>
        client with { Input = client.Input.Length > 0 ? client.Input : "\n", InputAfterMilliseconds = 1000 };

    private static string BodyFile(string folder, int size)
    {
        var file = Path.Combine(folder, $"body-{size}");
        File.WriteAllBytes(file, [.. Enumerable.Range(0, size).Select(j => (byte)('a' + (j % 26)))]);
        return file;
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
