// SPDX-License-Identifier: Apache-2.0
using System.Globalization;
using System.Text;
using Agent.Tests.Delivery.Exporters;
using OpenTelemetry.Proto.Collector.Trace.V1;
using OpenTelemetry.Proto.Trace.V1;

namespace Agent.Tests.Delivery.Kafka;

/// <summary>A message of a topic, as a client reads it that shares nothing with librdkafka.</summary>
internal sealed record TopicRecord(int Partition, string Key, byte[] Value)
{
    public ExportTraceServiceRequest Request { get; } = ExportTraceServiceRequest.Parser.ParseFrom(Value);

    public IEnumerable<Span> Spans =>
        Request.ResourceSpans.SelectMany(resource => resource.ScopeSpans).SelectMany(scope => scope.Spans);

    /// <summary>Everything that is there.</summary>
    public static IReadOnlyList<TopicRecord> ReadAll(KafkaCluster cluster)
    {
        using var program = new ServerProgram(
            "/usr/bin/python3", Path.GetFullPath(ServerProgram.File("../../../../Scenarios/Services/python/topic.py")), cluster.Bootstrap, KafkaCluster.Topic, "3");
        program.WaitForEnd();
        return [.. program.Printed.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(Parse)];
    }

    private static TopicRecord Parse(string line)
    {
        var words = line.Split(' ');
        Assert.True(words.Length == 4, line);
        return new TopicRecord(
            int.Parse(words[0], CultureInfo.InvariantCulture), Encoding.UTF8.GetString(Convert.FromHexString(words[2])), Convert.FromHexString(words[3]));
    }
}
