// SPDX-License-Identifier: Apache-2.0
using System.Globalization;

namespace Scenarios.Harness;

/// <summary>How the service and client of <c>Services/</c> that speak nothing but HTTP/2 are started; see Services/README.md.</summary>
internal static class Web2
{
    public static readonly string[] Kinds = ["go", "node", "dotnet"];

    public static ProgramStart Server(string kind, int port, params string[] more) => Start(kind, ["serve", Text(port), .. more]);

    public static ProgramStart Client(string kind, int port, int count, int concurrent) =>
        Wait(Start(kind, "client", $"http://127.0.0.1:{port}", Text(count), Text(concurrent), kind));

    /// <summary>Requests in frames that no library would choose.</summary>
    public static ProgramStart Frames(int port, params string[] cases) => Wait(new(["/usr/bin/python3", "python/frames.py", Text(port), .. cases]));

    private static ProgramStart Start(string kind, params string[] arguments) => kind switch
    {
        "go" => new([Build.Go("web2"), .. arguments]),
        "node" => new(["node", "node/web2.js", .. arguments]),
        "dotnet" => new([Build.Dotnet("web2"), .. arguments]),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, null),
    };

    private static ProgramStart Wait(ProgramStart client) => client with { Input = "\n", InputAfterMilliseconds = 1200 };

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
