// SPDX-License-Identifier: Apache-2.0
using System.Globalization;
using System.Text.RegularExpressions;

namespace Scenarios.Harness;

/// <summary>How the gRPC service and client of <c>Services/</c> are started; see Services/README.md.</summary>
internal static partial class Rpc
{
    public static readonly string[] Kinds = ["go", "node", "python", "dotnet", "java", "ruby"];

    public static ProgramStart Server(string kind, int port) => Start(kind, "serve", Text(port));

    /// <summary>Makes calls, so many at a time on one connection; <paramref name="next"/> are the ports to relay a hop to.</summary>
    public static ProgramStart Client(string kind, string call, int port, int count, int concurrent, params int[] next) =>
        Start(kind, ["client", call, Address(port), Text(count), Text(concurrent), .. Hops(next)]) with
        {
            Input = "\n",
            InputAfterMilliseconds = 1500,
        };

    /// <summary>What a client of hops printed: for each call what each service of the chain received as context, first to last.</summary>
    public static List<string[]> Answers(string output) =>
    [
        .. output.Split('\n').Where(line => line.StartsWith("answer ", StringComparison.Ordinal))
            .Select(line => line[7..].Split('|').Select(hop => ContextOf(hop.Split(' ', 2)[1].Trim())).ToArray()),
    ];

    /// <summary>The ids of a span as <see cref="Answers"/> has them.</summary>
    public static string ContextOf(Span span) => $"{span.TraceId}-{span.SpanId}";

    /// <summary>The ids in the value of a traceparent; empty when there is none. More than one would not have this form.</summary>
    public static string ContextOf(string value)
    {
        Assert.True(value.Length == 0 || Value().IsMatch(value), $"`{value}` is not one traceparent");
        return value.Length == 0 ? "" : value[3..^3];
    }

    private static ProgramStart Start(string kind, params string[] arguments) => kind switch
    {
        "go" => new([Build.Go("rpc"), .. arguments]),
        "go 1.27" => new([Build.GoOf("1.27", "rpc"), .. arguments]),
        "node" => new(["node", "node-grpc/rpc.js", .. arguments]) { Environment = { ["NODE_PATH"] = Build.NodeGrpc() } },
        "python" => new(["/usr/bin/python3", "python/rpc.py", .. arguments]),
        "dotnet" => new([Build.Dotnet("rpc"), .. arguments]),
        "java" => new(["java", "-Xmx256m", "-cp", Build.JavaRpc(), "Rpc", .. arguments]),
        "ruby" => new(["/usr/bin/ruby", "ruby/rpc.rb", .. arguments]),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, null),
    };

    private static string[] Hops(int[] next) => next.Length == 0 ? [] : [string.Join(',', next.Select(Address))];

    private static string Address(int port) => $"127.0.0.1:{port}";

    [GeneratedRegex(@"^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$")]
    private static partial Regex Value();

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
