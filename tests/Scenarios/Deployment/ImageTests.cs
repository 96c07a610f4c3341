// SPDX-License-Identifier: Apache-2.0
using System.Globalization;
using System.Security.Cryptography;
using Scenarios.Harness;

namespace Scenarios.Deployment;

/// <summary>What `./build.sh image` makes, unpacked by skopeo and umoci and run by runc.</summary>
public sealed class ImageTests : Scenario
{
    private const int ServerPort = 8001;
    private const int Count = 10;
    private const string Names = "web";

    // Its socket has no timeout, so it is a blocking one.
    private static readonly ProgramStart BlockingClient = new ProgramStart("/usr/bin/python3", "-c", $"""
        import http.client, time
        time.sleep(1)
        connection = http.client.HTTPConnection("127.0.0.1", {ServerPort})
        for i in range({Count}):
            connection.request("GET", "/headers")
            connection.getresponse().read()
        """).Named("client");

    private static string? _image;

    [Fact]
    public void The_same_inputs_give_the_same_bytes()
    {
        var (first, second) = (Image(Sandbox), Sandbox.PathOf("second.tar"));
        var said = Build(Sandbox, second, "Asia/Kolkata", "077");

        TestContext.Current.TestOutputHelper?.WriteLine(said);
        Assert.Equal(SHA256.HashData(File.ReadAllBytes(first)), SHA256.HashData(File.ReadAllBytes(second)));
        Assert.InRange(new FileInfo(first).Length, 1_000_000, 15_000_000);
    }

    // In a container the agent is in a network namespace of its own, as here.
    [Theory]
    [InlineData("required", 0, 1)]
    [InlineData("standard", Count, 1)]
    [InlineData("full", Count, Count)]
    public void Traces_with_the_documented_capabilities_only(string tier, int served, int headers)
    {
        var pod = Sandbox.AddNetwork();
        Sandbox.Serve(AsAnotherUser(Programs.Server("python", ServerPort, Sandbox.Folder).Named(Names)), ServerPort, pod);
        using var container = new Container(Sandbox, Image(Sandbox), Capabilities(tier));
        var started = System.Diagnostics.Stopwatch.StartNew();
        using var agent = new Agent(Sandbox, environment => container.Start(environment));
        var ready = started.ElapsedMilliseconds;
        Sandbox.Start(BlockingClient, pod).Finish();
        agent.Receiver.WaitFor(spans => spans.Count >= Count + served);
        var peak = container.PeakMemory();
        agent.Finish();

        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{tier}: ready after {ready} ms, {peak / 1e6:F1} MB at most with the kernel's memory"));
        Assert.Equal(Count, agent.Spans.Count(span => span is { IsClient: true, Service: "client" }));
        Assert.Equal(served, agent.Spans.Count(span => span is { IsServer: true, Service: Names }));
        Assert.Equal(headers, agent.Counter("injected"));
        Assert.Equal(tier == "required", agent.Program.Errors.Contains("without CAP_DAC_READ_SEARCH", StringComparison.Ordinal));
        Assert.Equal(tier != "full", agent.Program.Errors.Contains("without CAP_SYS_ADMIN", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("BPF")]
    [InlineData("PERFMON")]
    [InlineData("NET_ADMIN")]
    [InlineData("SYS_PTRACE")]
    public void Names_the_required_capability_that_is_missing_in_one_line(string name)
    {
        var others = Capabilities("standard").Where(other => other != name).Select(other => "+" + other.ToLowerInvariant());
        var limits = string.Join(',', ["-all", .. others]);
        foreach (var command in new[] { "run", "doctor" })
        {
            var hilo = Sandbox.StartOutside(new ProgramStart("setpriv", "--bounding-set", limits, Repository.Agent, command)
            {
                Environment = { ["HILO_CGROUP"] = Sandbox.Traced.Folder },
            });
            Assert.Throws<InvalidOperationException>(() => hilo.Finish());

            var lines = hilo.Transcript.Split('\n').Where(line => line.Contains($"without CAP_{name} ", StringComparison.Ordinal)).ToArray();
            Assert.NotEmpty(lines);
            Assert.Contains("start hilo as root, or give the container these capabilities", lines[0], StringComparison.Ordinal);
            Assert.True(command == "doctor" || hilo.Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length == 1, hilo.Transcript);
        }
    }

    /// <summary>The archive; made once.</summary>
    internal static string Image(Sandbox sandbox)
    {
        if (_image is null)
        {
            var path = Path.Combine(Repository.Output, "hilo-image.tar");
            Build(sandbox, path, "UTC", "022");
            _image = path;
        }

        return _image;
    }

    private static string Build(Sandbox sandbox, string path, string zone, string mask) => sandbox.StartOutside(
        new ProgramStart("/bin/sh", "-c", $"umask {mask}; exec \"$0\" \"$1\"", Path.Combine(Repository.Root, "deploy", "image", "build.sh"), path)
        {
            Environment = { ["TZ"] = zone },
        }).Finish();

    private static string[] Capabilities(string tier)
    {
        string[] tiers = ["required", "standard", "full"];
        return [.. File.ReadLines(Path.Combine(Repository.Root, "deploy", "capabilities"))
            .Select(line => line.Split(' '))
            .Where(words => Array.IndexOf(tiers, words[0]) is >= 0 and var at && at <= Array.IndexOf(tiers, tier))
            .Select(words => words[1])];
    }

    private static ProgramStart AsAnotherUser(ProgramStart start) =>
        start with { Command = ["setpriv", "--reuid", "33", "--regid", "33", "--clear-groups", "--", .. start.Command] };
}
