// SPDX-License-Identifier: Apache-2.0
using System.Diagnostics;

namespace Scenarios.Harness;

/// <summary>Compiles a service once, and again when its sources are newer than what was made of them.</summary>
internal static class Build
{
    private static readonly Lock Gate = new();

    public static string C(string name) =>
        Make("c", "c-" + name, "gcc", "-std=gnu17", "-O2", "-Wall", "-Wextra", "-Werror", "-pthread", "-o", "{target}", $"c/{name}.c", "-luring", "-lnghttp2");

    /// <summary>Somebody else's BPF object, and the program that loads it.</summary>
    public static (string Object, string Loader) Neighbour() => (
        Make("bpf", "neighbour.bpf.o", "clang-19", "-target", "bpf", "-mcpu=v3", "-std=gnu17", "-O2", "-g", "-Wall", "-Wextra", "-Werror",
            "-isystem", Native("include"), "-idirafter", "/usr/include/x86_64-linux-gnu", "-c", "bpf/neighbour.bpf.c", "-o", "{target}"),
        Make("bpf", "neighbour", "gcc", "-std=gnu17", "-O2", "-Wall", "-Wextra", "-Werror", "-isystem", Native("include"), "-o", "{target}",
            "bpf/neighbour.c", Native("libbpf.a"), Native("libelf.a"), "-lz"));

    public static string Go(string name = "web") => Make("go", "go-" + name, "go", "build", "-o", "{target}", $"go/{name}.go");

    /// <summary>Without symbols and debug information.</summary>
    public static string GoStripped(string name) =>
        Make("go", $"go-{name}-stripped", "go", "build", "-ldflags", "-s -w", "-o", "{target}", $"go/{name}.go");

    /// <summary>
    /// By a toolchain of a later Debian and with its libraries, which are fetched for it; without symbols and debug information, unless there is
    /// gRPC in it: the version of that is only in programs that are built with modules, which Debian's libraries are not.
    /// </summary>
    public static string GoOf(string version, string name)
    {
        var libraries = Debian(SuiteOf(version), "golang-google-grpc-dev", "golang-google-genproto-dev", "golang-google-protobuf-dev",
            "golang-github-golang-protobuf-1-5-dev", "golang-golang-x-net-dev",
            "golang-golang-x-sys-dev", "golang-golang-x-text-dev");
        return GoWith(libraries, version, name);
    }

    /// <summary>With OpenTelemetry's API, of a Debian that has the SDK for probes in it. Without symbols and debug information.</summary>
    public static string GoOtel(string name) => GoWith(Debian("forky", "golang-opentelemetry-otel-dev", "golang-github-cespare-xxhash-v2-dev"), "1.27", name);

    public static string Java() => Make("java", "java-web", "javac", "-d", "{target}", "java/Web.java");

    /// <summary>A class path: the service, and gRPC as Debian has it.</summary>
    public static string JavaRpc()
    {
        string[] names =
        [
            "grpc-api", "grpc-context", "grpc-core", "grpc-netty", "grpc-stub", "guava", "perfmark-api", "netty-buffer", "netty-codec",
            "netty-codec-http", "netty-codec-http2", "netty-common", "netty-handler", "netty-resolver", "netty-transport",
        ];
        var path = string.Join(':', names.Select(name => $"/usr/share/java/{name}.jar"));
        return $"{path}:{Make("java", "java-rpc", "javac", "-cp", path, "-d", "{target}", "java/Rpc.java")}";
    }

    public static string Dotnet(string name = "web") =>
        Path.Combine(Make("dotnet", "dotnet-" + name, "dotnet", "build", $"dotnet/{name}.cs", "-c", "Release", "-o", "{target}"), name);

    /// <summary>gRPC for Node.js, as a folder of modules.</summary>
    public static string NodeGrpc() => Path.Combine(
        Make("node-grpc", "node-grpc", "npm", "install", "--no-audit", "--no-fund", "--no-package-lock", "--prefix", "{target}", "@grpc/grpc-js@1.14.7"),
        "node_modules");

    /// <summary>The OpenTelemetry SDK for Node.js, as a folder of modules.</summary>
    public static string NodeOtel() => Path.Combine(
        Make("node-otel", "node-otel", "npm", "install", "--no-audit", "--no-fund", "--no-package-lock", "--prefix", "{target}",
            "@opentelemetry/api@1.9.1", "@opentelemetry/sdk-trace-node@2.12.0", "@opentelemetry/sdk-trace-base@2.12.0",
            "@opentelemetry/instrumentation@0.223.0", "@opentelemetry/instrumentation-http@0.223.0", "@opentelemetry/exporter-trace-otlp-proto@0.223.1",
            "@opentelemetry/exporter-trace-otlp-http@0.223.1", "@opentelemetry/exporter-trace-otlp-grpc@0.223.1"),
        "node_modules");

    /// <summary>A receiver of OTLP for Node.js, as a folder of modules.</summary>
    public static string NodeMockOtlp() => Path.Combine(
        Make("node-grpc", "node-mockotlp", "npm", "install", "--no-audit", "--no-fund", "--no-package-lock", "--prefix", "{target}",
            "@elastic/mockotlpserver@0.10.0"),
        "node_modules");

    /// <summary>What drives a browser from Node.js, as a folder of modules.</summary>
    public static string NodePuppeteer() => Path.Combine(
        Make("viewer", "node-puppeteer", "npm", "install", "--no-audit", "--no-fund", "--no-package-lock", "--prefix", "{target}", "puppeteer-core@25.16.0"),
        "node_modules");

    /// <summary>Unpacks packages of another suite of Debian, without what they depend on.</summary>
    public static string Debian(string suite, params string[] packages) =>
        Make("debian", $"debian-{suite}-{packages[0]}", ["bash", "debian/unpack.sh", "{target}", suite, .. packages]);

    /// <summary>With BoringSSL for its TLS.</summary>
    public static string CBoring(string name) => Make("c", $"c-{name}-boring", "gcc", "-std=gnu17", "-O2", "-Wall", "-Wextra", "-Werror", "-pthread",
        "-isystem", "/usr/include/android", "-o", "{target}", $"c/{name}.c", "-L/usr/lib/x86_64-linux-gnu/android",
        "-Wl,-rpath,/usr/lib/x86_64-linux-gnu/android", "-lssl", "-lcrypto");

    private static string SuiteOf(string version) => version == "1.24" ? "trixie" : "trixie-backports";

    private static string GoWith(string libraries, string version, string name)
    {
        var tools = Debian(SuiteOf(version), $"golang-{version}-go", $"golang-{version}-src");
        return Make("go", $"go-{name}-{version}", "/usr/bin/env", $"GOROOT={tools}/usr/lib/go-{version}", $"GOPATH={libraries}/usr/share/gocode",
            "GOTOOLCHAIN=local", $"{tools}/usr/lib/go-{version}/bin/go", "build", "-ldflags", name == "rpc" ? "" : "-s -w", "-o", "{target}", $"go/{name}.go");
    }

    private static string Make(string folder, string result, params string[] command)
    {
        var target = Path.Combine(Repository.Output, result);
        var stamp = target + ".stamp";
        lock (Gate)
        {
            if (!File.Exists(stamp) || File.GetLastWriteTimeUtc(stamp) < Newest(folder))
            {
                Run([.. command.Select(word => word.Replace("{target}", target, StringComparison.Ordinal))]);
                File.WriteAllText(stamp, "");
            }
        }

        return target;
    }

    private static string Native(string name) => Path.Combine(Repository.Root, "out", "native", name);

    private static DateTime Newest(string folder) =>
        new DirectoryInfo(Path.Combine(Repository.Services, folder)).EnumerateFiles().Max(file => file.LastWriteTimeUtc);

    private static void Run(string[] command)
    {
        var info = new ProcessStartInfo(command[0], command[1..])
        {
            WorkingDirectory = Repository.Services,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        info.Environment["GO111MODULE"] = "off";
        info.Environment["GOPATH"] = "/usr/share/gocode"; // the packages of Debian
        info.Environment["GOCACHE"] = Path.Combine(Repository.Output, "go-cache");
        foreach (var name in info.Environment.Keys.Where(name => name.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)).ToArray())
        {
            info.Environment.Remove(name);
        }

        using var process = Process.Start(info)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{string.Join(' ', command)}\n{output}{errors.Result}");
        }
    }
}
