// SPDX-License-Identifier: Apache-2.0
using System.Text.RegularExpressions;
using Scenarios.Harness;
using Scenarios.Tls;

namespace Scenarios.Delivery;

/// <summary>
/// Brokers that want to know who asks. Those that can be had do not, so in front of them is a server of SASL that does what brokers
/// do before anything else; its SCRAM is a library that clients of Kafka in Go use.
/// </summary>
public sealed class KafkaSaslTests : FrontedBrokers
{
    private const int Count = 20;
    private const string User = "hilo";
    private const string Password = "päss, word=1";

    [Theory]
    [InlineData("plain", false)]
    [InlineData("plain", true)]
    [InlineData("scram-sha-256", false)]
    [InlineData("scram-sha-256", true)]
    [InlineData("scram-sha-512", false)]
    [InlineData("scram-sha-512", true)]
    public void Who_has_the_password_is_let_in_and_what_others_bring_waits(string mechanism, bool isSecure)
    {
        var (front, known) = StartGate(mechanism, isSecure);
        (string, string)[] waiting =
        [
            ("HILO_QUEUE", "disk:" + Sandbox.PathOf("queue")), ("HILO_RECEIVERS", "topic"), ("HILO_RECEIVER_TOPIC_TYPE", "kafka"),
            ("HILO_RECEIVER_TOPIC_ENDPOINT", Queue["kafka:".Length..]), ("HILO_RECEIVER_TOPIC_TIMEOUT", "2000"),
        ];

        // On disk, for as long as it takes to correct a password.
        var stranger = Start("collect", [.. known, .. waiting, ("HILO_KAFKA_PASSWORD", "another")]);
        Assert.Equal("200", Send(1));
        AwaitRefusal(stranger, "(?i)authentication (error|failed)");
        Assert.Equal("200", Send(2));
        Assert.Equal(0, stranger.Stop(Native.SigTerm));
        Assert.DoesNotContain("another", stranger.Errors, StringComparison.Ordinal);

        var collect = Start("collect", [.. known, .. waiting]);
        for (var i = 3; i <= Count; i++)
        {
            Assert.Equal("200", Send(i));
        }
        Forward(Count, known);
        Assert.Equal(0, collect.Stop(Native.SigTerm));
        Assert.Equal(0, Ledger.Find(collect.Errors)!.Unexplained);
    }

    [Theory]
    [InlineData("plain", "scram-sha-256", "supported mechanisms: PLAIN$")]
    [InlineData("scram-sha-256", "scram-sha-512", "supported mechanisms: SCRAM-SHA-256$")]
    [InlineData("scram-sha-512", null, "if these brokers want SASL, HILO_KAFKA_SASL says how$")]
    public void Another_way_of_asking_is_refused_and_so_are_senders(string wanted, string? given, string said)
    {
        var (front, known) = StartGate(wanted, isSecure: false);
        var settings = known.ToDictionary();
        if (given is null)
        {
            settings.Clear();
        }
        else
        {
            settings["HILO_KAFKA_SASL"] = given;
        }
        (string, string)[] stranger = [.. settings.Select(setting => (setting.Key, setting.Value))];
        var collect = Start("collect", stranger);
        Assert.Matches("429|503", Send(1));
        AwaitRefusal(collect, said);
        Assert.Equal(0, collect.Stop(Native.SigTerm));

        var forward = Start("forward", [.. stranger, ("OTEL_EXPORTER_OTLP_ENDPOINT", $"http://127.0.0.1:{OtlpReceiver.Port}")]);
        AwaitRefusal(forward, said);
        Assert.Equal(0, forward.Stop(Native.SigTerm));
        Assert.DoesNotContain("admitted", front.Output, StringComparison.Ordinal);
    }

    private (RunningProgram Front, (string Name, string Value)[] Known) StartGate(string mechanism, bool isSecure)
    {
        StartBrokers();
        var certificate = isSecure ? new Certificate(Sandbox) : null;
        string[] secure = isSecure ? [certificate!.Chain] : [];
        var front = Sandbox.StartOutside(new ProgramStart(
            [Build.Go("sasl"), mechanism.ToUpperInvariant(), User, Password, .. secure, .. Ways.Select(way => $"{way.Address}={way.Socket}")]));
        AwaitFront(front);
        List<(string, string)> known = [("HILO_KAFKA_SASL", mechanism), ("HILO_KAFKA_USER", User), ("HILO_KAFKA_PASSWORD", Password)];
        if (isSecure)
        {
            known.Add(("HILO_KAFKA_CERTIFICATE", certificate!.Authority));
        }
        return (front, [.. known]);
    }

    // Once, however often it is tried.
    private static void AwaitRefusal(RunningProgram program, string what)
    {
        string[] Lines() => [.. program.Errors.Split('\n').Where(line => Regex.IsMatch(line, what))];
        program.WaitFor(() => Lines().Length > 0, $"line with {what}");
        Thread.Sleep(3000);
        Assert.True(Lines().Length == 1, program.Errors);
    }
}
