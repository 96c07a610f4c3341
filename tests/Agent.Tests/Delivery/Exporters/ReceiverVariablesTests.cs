// SPDX-License-Identifier: Apache-2.0
using Agent.Delivery;

namespace Agent.Tests.Delivery.Exporters;

public class ReceiverVariablesTests
{
    private const string At = "OTEL_EXPORTER_OTLP_ENDPOINT=http://a;";

    [Theory]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT=http://c:4317;OTEL_EXPORTER_OTLP_PROTOCOL=grpc", "otlp OtlpGrpc http://c:4317/")]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT=c:4317;OTEL_EXPORTER_OTLP_PROTOCOL=grpc", "otlp OtlpGrpc https://c:4317/")]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT=c:4317;OTEL_EXPORTER_OTLP_PROTOCOL=GRPC;OTEL_EXPORTER_OTLP_INSECURE=true", "otlp OtlpGrpc http://c:4317/")]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT=https://c;OTEL_EXPORTER_OTLP_PROTOCOL=grpc;OTEL_EXPORTER_OTLP_INSECURE=true", "otlp OtlpGrpc https://c/")]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT=http://c;OTEL_EXPORTER_OTLP_PROTOCOL=grpc;OTEL_EXPORTER_OTLP_TRACES_PROTOCOL=http/protobuf", "otlp OtlpHttp http://c/v1/traces")]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT=unix:///run/c.sock", "otlp OtlpHttp unix:///run/c.sock")]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT=unix:/run/c.sock;OTEL_EXPORTER_OTLP_PROTOCOL=grpc", "otlp OtlpGrpc unix:///run/c.sock")]
    [InlineData("OTEL_TRACES_EXPORTER=otlp", "otlp OtlpHttp http://localhost:4318/v1/traces")]
    [InlineData("OTEL_TRACES_EXPORTER=otlp;OTEL_EXPORTER_OTLP_PROTOCOL=grpc", "otlp OtlpGrpc http://localhost:4317/")]
    [InlineData("OTEL_TRACES_EXPORTER=none;OTEL_EXPORTER_OTLP_ENDPOINT=http://c", "")]
    [InlineData("OTEL_TRACES_EXPORTER=console;OTEL_EXPORTER_OTLP_ENDPOINT=http://c", "")]
    [InlineData("OTEL_TRACES_EXPORTER=zipkin", "zipkin Zipkin http://localhost:9411/api/v2/spans")]
    [InlineData("OTEL_TRACES_EXPORTER=Zipkin,otlp,console;OTEL_EXPORTER_ZIPKIN_ENDPOINT=http://z/in", "otlp OtlpHttp http://localhost:4318/v1/traces, zipkin Zipkin http://z/in")]
    [InlineData("HILO_RECEIVERS=a;HILO_RECEIVER_A_ENDPOINT=https://c/otlp", "a OtlpHttp https://c/otlp/v1/traces")]
    [InlineData("HILO_RECEIVERS=a;HILO_RECEIVER_A_ENDPOINT=https://c/otlp/v1/traces", "a OtlpHttp https://c/otlp/v1/traces")]
    [InlineData("HILO_RECEIVERS=a;HILO_RECEIVER_A_TYPE=zipkin;HILO_RECEIVER_A_ENDPOINT=http://c:9411", "a Zipkin http://c:9411/api/v2/spans")]
    [InlineData("HILO_RECEIVERS=a;HILO_RECEIVER_A_TYPE=file;HILO_RECEIVER_A_ENDPOINT=/var/log/spans.jsonl", "a File file:///var/log/spans.jsonl")]
    [InlineData(
        "HILO_RECEIVERS= near , Far-Away;HILO_RECEIVER_NEAR_ENDPOINT=http://n;HILO_RECEIVER_FAR_AWAY_ENDPOINT=f:1;HILO_RECEIVER_FAR_AWAY_PROTOCOL=grpc;OTEL_EXPORTER_OTLP_ENDPOINT=http://o",
        "otlp OtlpHttp http://o/v1/traces, near OtlpHttp http://n/v1/traces, far-away OtlpGrpc https://f:1/")]
    public void Receivers(string environment, string expected) => Assert.Equal(
        expected, string.Join(", ", Read(environment).Receivers.Select(receiver => $"{receiver.Name} {receiver.Protocol} {receiver.Endpoint.AbsoluteUri}")));

    [Theory]
    [InlineData("OTEL_TRACES_EXPORTER=none", "Disabled")]
    [InlineData("OTEL_TRACES_EXPORTER=console", "Tree")]
    [InlineData("OTEL_TRACES_EXPORTER=console;OTEL_EBPF_TRACE_PRINTER=json", "Json")]
    [InlineData("", "")]
    public void Printers(string environment, string expected) => Assert.Equal(expected, $"{Read(environment).Printer}");

    [Fact]
    public void The_rest_is_for_each_receiver()
    {
        var options = Read(
            "HILO_RECEIVERS=a,b;HILO_RECEIVER_A_ENDPOINT=http://a;HILO_RECEIVER_B_ENDPOINT=http://b;HILO_RECEIVER_B_COMPRESSION=GZIP;"
            + "HILO_RECEIVER_B_HEADERS=x=1;HILO_RECEIVER_B_TIMEOUT=70;HILO_RECEIVER_B_SERVER_NAME=b.example").Receivers;

        Assert.Equal((false, 10_000, null), (options[0].Compresses, options[0].Timeout.TotalMilliseconds, options[0].Tls.ServerName));
        Assert.Equal((true, 70, "b.example"), (options[1].Compresses, options[1].Timeout.TotalMilliseconds, options[1].Tls.ServerName));
        Assert.Empty(options[0].Headers);
        Assert.Equal([new("x", "1")], options[1].Headers);
    }

    [Theory]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT=ftp://c", "OTEL_EXPORTER_OTLP_ENDPOINT=ftp://c cannot be used: use a URL like http://localhost:4318 or a socket like unix:///run/collector.sock")]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT=unix://relative", "OTEL_EXPORTER_OTLP_ENDPOINT=unix://relative cannot be used: use the absolute path of a socket, at most 107 bytes, like unix:///run/collector.sock")]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT=http://c/v1/traces;OTEL_EXPORTER_OTLP_PROTOCOL=grpc", "OTEL_EXPORTER_OTLP_ENDPOINT=http://c/v1/traces cannot be used: use a URL without path like http://localhost:4317 or a socket like unix:///run/collector.sock")]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT=http://me:secret@c", "OTEL_EXPORTER_OTLP_ENDPOINT cannot be used: it holds a user name; send it as a header: OTEL_EXPORTER_OTLP_HEADERS=authorization=Basic%20...")]
    [InlineData("OTEL_EXPORTER_OTLP_PROTOCOL=http/json", "OTEL_EXPORTER_OTLP_PROTOCOL=http/json cannot be used: use http/protobuf (collectors listen for it on port 4318) or grpc (4317)")]
    [InlineData("OTEL_EXPORTER_OTLP_COMPRESSION=zstd", "OTEL_EXPORTER_OTLP_COMPRESSION=zstd cannot be used: use gzip or none")]
    [InlineData("OTEL_EXPORTER_OTLP_TRACES_TIMEOUT=0", "OTEL_EXPORTER_OTLP_TRACES_TIMEOUT=0 cannot be used: use a positive number of milliseconds")]
    [InlineData("OTEL_EXPORTER_OTLP_INSECURE=1", "OTEL_EXPORTER_OTLP_INSECURE=1 cannot be used: use true or false")]
    [InlineData("OTEL_EXPORTER_OTLP_HEADERS=secret", "OTEL_EXPORTER_OTLP_HEADERS cannot be used: a part has no key or no '=': use a list key1=value1,key2=value2")]
    [InlineData("OTEL_EXPORTER_OTLP_HEADERS=content-type=text/plain", "OTEL_EXPORTER_OTLP_HEADERS cannot be used: content-type is not a header that can be set: leave it out")]
    [InlineData("OTEL_EXPORTER_OTLP_HEADERS=a b=c", "OTEL_EXPORTER_OTLP_HEADERS cannot be used: a b is not a header that can be set: leave it out")]
    [InlineData("OTEL_EXPORTER_OTLP_HEADERS=a=secret%0Ab", "OTEL_EXPORTER_OTLP_HEADERS cannot be used: the value of a holds characters that headers cannot carry: use printable ASCII")]
    [InlineData("OTEL_EXPORTER_OTLP_CERTIFICATE=/nowhere/ca.pem", "OTEL_EXPORTER_OTLP_CERTIFICATE=/nowhere/ca.pem cannot be used: Could not find a part of the path '/nowhere/ca.pem'")]
    [InlineData("OTEL_EXPORTER_OTLP_CERTIFICATE=/etc/hostname", "OTEL_EXPORTER_OTLP_CERTIFICATE=/etc/hostname cannot be used: there is no certificate in the form of PEM in it")]
    [InlineData("OTEL_EXPORTER_OTLP_CLIENT_KEY=/nowhere/key", "OTEL_EXPORTER_OTLP_CLIENT_KEY=/nowhere/key cannot be used: set OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE too")]
    [InlineData("OTEL_TRACES_EXPORTER=jaeger", "OTEL_TRACES_EXPORTER=jaeger cannot be used: use otlp, zipkin, console, or several of them separated by commas, or none")]
    [InlineData("OTEL_TRACES_EXPORTER=none,otlp", "OTEL_TRACES_EXPORTER=none,otlp cannot be used: use otlp, zipkin, console, or several of them separated by commas, or none")]
    [InlineData("OTEL_EXPORTER_ZIPKIN_ENDPOINT=z", "OTEL_EXPORTER_ZIPKIN_ENDPOINT=z cannot be used: use a URL like http://localhost:4318 or a socket like unix:///run/collector.sock")]
    [InlineData("HILO_RECEIVERS=a b", "HILO_RECEIVERS=a b cannot be used: use names of letters, digits, - and _, separated by commas")]
    [InlineData("HILO_RECEIVERS=a", "HILO_RECEIVER_A_ENDPOINT= cannot be used: say where the spans for a go (HILO_RECEIVERS)")]
    [InlineData("HILO_RECEIVERS=a;HILO_RECEIVER_A_TYPE=nats", "HILO_RECEIVER_A_TYPE=nats cannot be used: use otlp, zipkin, file or kafka")]
    [InlineData("HILO_RECEIVERS=a;HILO_RECEIVER_A_TYPE=file;HILO_RECEIVER_A_ENDPOINT=spans.jsonl", "HILO_RECEIVER_A_ENDPOINT=spans.jsonl cannot be used: use the absolute path of a file, like /var/log/spans.jsonl")]
    [InlineData("HILO_RECEIVERS=a;HILO_RECEIVER_A_ENDPOINT=http://a;HILO_RECEIVER_A_SERVER_NAME=a/b", "HILO_RECEIVER_A_SERVER_NAME=a/b cannot be used: use the host name that stands in the certificate")]
    [InlineData(At + "HILO_RECEIVERS=otlp;HILO_RECEIVER_OTLP_ENDPOINT=http://a", "HILO_RECEIVERS=otlp cannot be used: otlp stands for two receivers, use another name")]
    [InlineData("https_proxy=ftp://p", "https_proxy=ftp://p cannot be used: use a URL like http://proxy:3128")]
    public void What_cannot_be_meant_is_said_in_a_line(string environment, string expected) =>
        Assert.Equal(expected, Assert.ThrowsAny<FormatException>(() => Read(environment)).Message);

    [Fact]
    public void Keys_belong_to_certificates()
    {
        using var folder = new Folder();
        TestCertificates.Make(folder.Path);
        var variables = $"OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE={folder.Of("client.pem")};OTEL_EXPORTER_OTLP_CLIENT_KEY=";

        Assert.EndsWith(
            $"there is no key in it that fits the certificate in {folder.Of("client.pem")}: it must be PEM, without a password",
            Assert.ThrowsAny<FormatException>(() => Read(variables + folder.Of("server.key"))).Message, StringComparison.Ordinal);
        Assert.ThrowsAny<FormatException>(() => Read(variables + folder.Of("rsa-client.key")));
        Assert.NotNull(Read(At + variables + folder.Of("client.key")).Receivers[0].Tls.Client);
    }

    [Theory]
    [InlineData("https_proxy=p:1", "https://c/", "http://p:1/")]
    [InlineData("https_proxy=p:1", "http://c/", null)]
    [InlineData("HTTP_PROXY=http://p:1;HTTPS_PROXY=http://q:2", "http://c/", "http://p:1/")]
    [InlineData("ALL_PROXY=http://p:1;https_proxy=http://q:2", "https://c/", "http://q:2/")]
    [InlineData("https_proxy=p:1", "https://localhost/", null)]
    [InlineData("https_proxy=p:1", "https://127.0.0.1/", null)]
    [InlineData("https_proxy=p:1;no_proxy=example.com", "https://a.example.com/", null)]
    [InlineData("https_proxy=p:1;no_proxy=example.com", "https://anexample.com/", "http://p:1/")]
    [InlineData("https_proxy=p:1;NO_PROXY=.example.com, b", "https://b/", null)]
    [InlineData("https_proxy=p:1;NO_PROXY=10.0.0.0/8", "https://10.1.2.3/", null)]
    [InlineData("https_proxy=p:1;NO_PROXY=10.0.0.0/8", "https://11.1.2.3/", "http://p:1/")]
    [InlineData("https_proxy=p:1;NO_PROXY=c:443", "https://c/", null)]
    [InlineData("https_proxy=p:1;NO_PROXY=c:444", "https://c/", "http://p:1/")]
    [InlineData("https_proxy=p:1;NO_PROXY=*", "https://c/", null)]
    [InlineData("https_proxy=p:1;NO_PROXY=fd00::/8", "https://[fd00::1]/", null)]
    public void Proxies(string environment, string target, string? expected)
    {
        var proxy = Read(At + environment).Receivers[0].Proxy!;
        Assert.Equal(expected, proxy.IsBypassed(new Uri(target)) ? null : proxy.GetProxy(new Uri(target))!.AbsoluteUri);
    }

    private static DeliveryOptions Read(string environment)
    {
        var variables = environment.Split(';', StringSplitOptions.RemoveEmptyEntries)
            .ToDictionary(pair => pair[..pair.IndexOf('=', StringComparison.Ordinal)], pair => pair[(pair.IndexOf('=', StringComparison.Ordinal) + 1)..]);
        return DeliveryOptions.FromEnvironment(variables.GetValueOrDefault);
    }
}
