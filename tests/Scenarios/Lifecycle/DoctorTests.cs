// SPDX-License-Identifier: Apache-2.0
using System.Text.Json.Nodes;
using Scenarios.Harness;

namespace Scenarios.Lifecycle;

/// <summary>What `hilo doctor --json` tells a script of the host: receivers, queue, rights, the container it is in.</summary>
public sealed class DoctorTests : Scenario
{
    private const string Queue = "the queue can be kept in";
    private const string Processes = "processes have the numbers that the kernel tells";

    [Fact]
    public void Receivers_are_asked_with_the_exporters_of_a_run()
    {
        using var receiver = new OtlpReceiver(Sandbox.Network);
        var file = Sandbox.PathOf("none/spans.jsonl");
        var report = Examine([], ("OTEL_EXPORTER_OTLP_ENDPOINT", $"http://127.0.0.1:{OtlpReceiver.Port}"),
            ("HILO_RECEIVERS", "away,file"), ("HILO_RECEIVER_AWAY_ENDPOINT", "http://127.0.0.1:9"), ("HILO_RECEIVER_AWAY_PROTOCOL", "grpc"),
            ("HILO_RECEIVER_FILE_TYPE", "file"), ("HILO_RECEIVER_FILE_ENDPOINT", file), ("HILO_QUEUE", "disk:/proc/queue"));

        Assert.True((bool)report["usable"]!);
        Assert.Equal("yes", Answer(report, "receiver otlp"));
        Assert.Equal("no", Answer(report, "receiver away"));
        Assert.Equal("yes", Answer(report, "receiver file"));
        Assert.Equal("no", Answer(report, Queue));
        Assert.Equal("yes", Answer(report, Processes));
        Assert.Contains("refused", (string)Find(report, "receiver away")["reason"]!, StringComparison.Ordinal);
        Assert.Contains("HILO_QUEUE", (string)Find(report, Queue)["remedy"]!, StringComparison.Ordinal);
        Assert.All(report["features"]!.AsArray(), feature => Assert.True((string)feature!["answer"]! == "yes" || feature["reason"] is not null));
        Assert.Empty(receiver.Spans);
        Assert.False(File.Exists(file));
    }

    [Fact]
    public void Process_numbers_of_a_container_are_of_no_use()
    {
        var report = Examine(["unshare", "--pid", "--fork", "--mount-proc", "--"]);

        Assert.False((bool)report["usable"]!);
        Assert.Equal("no", Answer(report, Processes));
        Assert.Contains("hostPID", (string)Find(report, Processes)["remedy"]!, StringComparison.Ordinal);
    }

    private JsonNode Examine(string[] within, params (string Name, string Value)[] settings)
    {
        var environment = settings.Append(("HILO_CGROUP", Sandbox.Traced.Folder)).ToDictionary(setting => setting.Item1, setting => setting.Item2);
        var program = Sandbox.StartOutside(new ProgramStart([.. within, Repository.Agent, "doctor", "--json"]) { Environment = environment });
        var exitCode = program.End();
        var report = JsonNode.Parse(program.Output) ?? throw new InvalidOperationException(program.Transcript);
        Assert.Equal((bool)report["usable"]! ? 0 : 1, exitCode);
        return report;
    }

    private static JsonNode Find(JsonNode report, string name) =>
        report["surroundings"]!.AsArray().Single(check => ((string)check!["name"]!).StartsWith(name, StringComparison.Ordinal))!;

    private static string Answer(JsonNode report, string name) => (string)Find(report, name)["answer"]!;
}
