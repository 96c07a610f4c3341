// SPDX-License-Identifier: Apache-2.0
using System.Globalization;
using Scenarios.Grpc;
using Scenarios.Harness;

namespace Scenarios.Runtimes;

/// <summary>
/// Row L01 but for Go (<see cref="GoTests"/>): two hundred requests of HTTP/1 under way at a time, through a relay that asks one service for each of them: at
/// once, a second time when it has the first answer, two at the same time, or after a pause. A few come first, so that Hilo can learn how the relay works.
/// </summary>
public sealed class L01Tests : Scenario
{
    private const int RelayPort = 8001;
    private const int LastPort = 8002;
    private const int Count = 3000;

    [Theory]
    [InlineData("c pool", "paused")]
    [InlineData("python threads", "paused")]
    [InlineData("c loop", "twice")]
    [InlineData("nginx", "twice")]
    [InlineData("node http", "both")]
    [InlineData("node fetch", "twice")]
    public void What_is_asked_names_the_request_that_it_is_for(string relay, string way)
    {
        var (right, wrong) = Parents(relay, way);
        Assert.InRange(right, Count * 99 / 100, Count);
        Assert.Equal(0, wrong);
    }

    /// <summary>Work goes on after a pause, in another thread, or when its turn in a queue comes: sockets do not tell for which request.</summary>
    [Theory]
    [InlineData("c loop", "paused")]
    [InlineData("node http", "paused")]
    [InlineData("python streams", "direct")]
    [InlineData("python aiohttp", "twice")]
    [InlineData("dotnet", "direct")]
    public void What_is_not_known_is_not_told(string relay, string way)
    {
        var (_, wrong) = Parents(relay, way);
        Assert.InRange(wrong, 0, Count / 100);
    }

    private (int Right, int Wrong) Parents(string relay, string way)
    {
        Sandbox.Serve(new ProgramStart(Build.Go("relay"), "serve", "http1", Text(LastPort)).Named("last"), LastPort);
        Sandbox.Serve(Relay(relay).Named("relay"), RelayPort);
        using var agent = new Agent(Sandbox);

        Ask(way, 100, 4);
        var answers = Ask(way, Count, 200);
        agent.Finish();

        Assert.Equal(Count, answers.Count);
        return RelayTests.Report($"{relay} {way}", agent.Spans, answers);
    }

    private List<string[]> Ask(string way, int count, int concurrent)
    {
        var start = new ProgramStart(Build.Go("relay"), "client", "http1", $"127.0.0.1:{RelayPort}", way, Text(count), Text(concurrent))
        {
            Input = "\n",
            InputAfterMilliseconds = 1500,
        };
        return Rpc.Answers(Sandbox.Start(start.Named("client")).Finish(90));
    }

    private ProgramStart Relay(string kind)
    {
        string[] rest = ["serve", Text(RelayPort), $"127.0.0.1:{LastPort}"];
        return kind.Split(' ') switch
        {
            ["c", var way] => new([Build.C("relay"), .. rest, way]),
            ["node", var library] => new(["node", "node/relay.js", .. rest, library]),
            ["python", var way] => new(["/usr/bin/python3", "python/relay.py", .. rest, way]),
            ["dotnet"] => new([Build.Dotnet("relay"), .. rest]),
            ["nginx"] => Nginx(),
            _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, null),
        };
    }

    /// <summary>A page that is put together from what another service says; the context that came is not forwarded.</summary>
    private ProgramStart Nginx()
    {
        var folder = Directory.CreateDirectory(Sandbox.PathOf("nginx")).FullName;
        const string Part = "<!--# include virtual=\"/last?$args\" wait=\"yes\" -->";
        const string Line = "8001 <!--# echo var=\"http_traceparent\" -->|";
        File.WriteAllText(Path.Combine(folder, "direct"), Line + Part);
        File.WriteAllText(Path.Combine(folder, "twice"), $"<!--# block name=\"one\" -->{Part}<!--# endblock -->{Line}{Part}");
        return Programs.Nginx(
            folder,
            $"listen {RelayPort} backlog=1024; root {folder}; ssi on; ssi_types *; location /last {{ proxy_pass http://backend; proxy_http_version 1.1; "
                + "proxy_set_header Connection ''; proxy_set_header traceparent ''; }",
            $"upstream backend {{ server 127.0.0.1:{LastPort}; keepalive 256; }}");
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
