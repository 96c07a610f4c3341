// SPDX-License-Identifier: Apache-2.0
using Agent.Config;
using Agent.Delivery;

namespace Agent.Tests.Delivery;

public class DeliveryOptionsTests
{
    [Theory]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT=http://c:4318", "http://c:4318/v1/traces")]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT=http://c:4318/", "http://c:4318/v1/traces")]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT=https://c/otlp/", "https://c/otlp/v1/traces")]
    [InlineData("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=http://c:4318/in", "http://c:4318/in")]
    [InlineData("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=http://c:4318", "http://c:4318/")]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT=http://a;OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=http://b/x", "http://b/x")]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT=http://a;OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf", "http://a/v1/traces")]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT= ", null)]
    [InlineData("", null)]
    public void Endpoint(string environment, string? expected) => Assert.Equal(expected, Read(environment).Receivers.SingleOrDefault()?.Endpoint.AbsoluteUri);

    [Fact]
    public void Headers_are_percent_decoded_and_the_signal_wins()
    {
        Assert.Equal(
            [new("api-key", "a b=c"), new("x", "1")],
            Read("OTEL_EXPORTER_OTLP_ENDPOINT=http://a;OTEL_EXPORTER_OTLP_HEADERS=api-key=a%20b=c , x=1,").Receivers[0].Headers);
        Assert.Equal(
            [new("t", "2")], Read("OTEL_EXPORTER_OTLP_ENDPOINT=http://a;OTEL_EXPORTER_OTLP_HEADERS=x=1;OTEL_EXPORTER_OTLP_TRACES_HEADERS=t=2").Receivers[0].Headers);
    }

    [Fact]
    public void Numbers_are_read()
    {
        var options = Read(
            "OTEL_EXPORTER_OTLP_ENDPOINT=http://a;OTEL_EXPORTER_OTLP_TIMEOUT=1500;OTEL_BSP_SCHEDULE_DELAY=50;OTEL_BSP_MAX_QUEUE_SIZE=7;HILO_QUEUE_BYTES=9");

        Assert.Equal(
            (1500, 50, 7, 9),
            (options.Receivers[0].Timeout.TotalMilliseconds, options.BatchDelay.TotalMilliseconds, options.MaxQueueSpans, options.MaxQueueBytes));
        Assert.Equal(
            20, Read("OTEL_EXPORTER_OTLP_ENDPOINT=http://a;OTEL_EXPORTER_OTLP_TIMEOUT=10;OTEL_EXPORTER_OTLP_TRACES_TIMEOUT=20").Receivers[0].Timeout.TotalMilliseconds);
    }

    [Theory]
    [InlineData("text", "Text")]
    [InlineData("JSON", "Json")]
    [InlineData("json_indent", "IndentedJson")]
    [InlineData("tree", "Tree")]
    [InlineData("disabled", "Disabled")]
    public void Printer(string text, string expected) =>
        Assert.Equal(expected, Read($"OTEL_EBPF_TRACE_PRINTER={text}").Printer.ToString());

    [Theory]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT=localhost:4318", "OTEL_EXPORTER_OTLP_ENDPOINT")]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT=nonsense", "OTEL_EXPORTER_OTLP_ENDPOINT")]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT=http://a;OTEL_EXPORTER_OTLP_PROTOCOL=http/xml", "http/xml")]
    [InlineData("OTEL_EXPORTER_OTLP_HEADERS=novalue", "OTEL_EXPORTER_OTLP_HEADERS")]
    [InlineData("OTEL_EXPORTER_OTLP_TIMEOUT=soon", "OTEL_EXPORTER_OTLP_TIMEOUT")]
    [InlineData("OTEL_BSP_MAX_QUEUE_SIZE=0", "OTEL_EBPF_OTLP_TRACES_QUEUE_SIZE=0")]
    [InlineData("OTEL_EBPF_TRACE_PRINTER=xml", "OTEL_EBPF_TRACE_PRINTER")]
    public void Values_that_cannot_be_meant_are_named(string environment, string name) =>
        Assert.Contains(name, Assert.ThrowsAny<FormatException>(() => Read(environment)).Message, StringComparison.Ordinal);

    private static DeliveryOptions Read(string environment)
    {
        var variables = environment.Split(';', StringSplitOptions.RemoveEmptyEntries)
            .ToDictionary(pair => pair[..pair.IndexOf('=', StringComparison.Ordinal)], pair => pair[(pair.IndexOf('=', StringComparison.Ordinal) + 1)..]);
        return DeliveryOptions.FromEnvironment(new ConfigSource(variables.GetValueOrDefault).Variable);
    }
}
