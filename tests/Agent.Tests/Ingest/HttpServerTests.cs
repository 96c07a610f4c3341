// SPDX-License-Identifier: Apache-2.0
using System.IO.Compression;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Agent.Delivery;
using Agent.Delivery.Exporters;
using Agent.Ingest;
using Agent.Tests.Delivery.Exporters;

namespace Agent.Tests.Ingest;

/// <summary>OTLP/HTTP and Zipkin, over HTTP/1.1 and HTTP/2, with the clients that everybody has.</summary>
public sealed class HttpServerTests : IDisposable
{
    private const string Traces = "/v1/traces";

    private readonly Running _running = new();
    private readonly Folder _folder = new();

    public void Dispose()
    {
        _running.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("--http1.1")]
    [InlineData("--http1.1", "-H", "transfer-encoding: chunked")]
    [InlineData("--http1.1", "-H", "expect: 100-continue")]
    [InlineData("--http2-prior-knowledge")]
    public void Curl_sends_protobuf(params string[] options)
    {
        var answer = Running.Curl(
            [.. options, "-H", "content-type: application/x-protobuf", "--data-binary", $"@{File("request", Running.Request)}", Url(Traces)]);

        Assert.Matches(@"HTTP/[12.]+ 200 [\s\S]*content-type: application/x-protobuf", answer);
        Assert.Equal(2, _running.Intake.Spans.Count);
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("deflate")]
    [InlineData("")]
    public async Task Packed_bodies_are_unpacked(string encoding)
    {
        using var packed = new MemoryStream();
        using (Stream stream = encoding == "deflate" ? new ZLibStream(packed, CompressionLevel.Fastest, leaveOpen: true) : new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            stream.Write(Running.Request);
        }

        using var answer = await PostAsync(Traces, "application/x-protobuf", encoding.Length == 0 ? Running.Request : packed.ToArray(), encoding);
        using var bad = await PostAsync(Traces, "application/x-protobuf", packed.ToArray()[..^20], encoding.Length == 0 ? "gzip" : encoding);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, bad.StatusCode);
        Assert.Equal(2, _running.Intake.Spans.Count);
    }

    [Fact]
    public async Task Answers_have_the_type_of_the_request()
    {
        const string body = """{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"5b8efff798038103d269b633813fc60c","spanId":"eee19b7ec3c1b174"},{"spanId":"1"}]}]}]}""";

        using var partial = await PostAsync(Traces, "application/json; charset=utf-8", Encoding.UTF8.GetBytes(body));
        using var bad = await PostAsync(Traces, "application/json", "[]"u8.ToArray());
        using var worse = await PostAsync(Traces, "application/x-protobuf", [0x0a, 100]);

        Assert.Equal((HttpStatusCode.OK, "application/json"), (partial.StatusCode, partial.Content.Headers.ContentType?.MediaType));
        Assert.Contains("\"rejectedSpans\":\"1\"", await Text(partial), StringComparison.Ordinal);
        Assert.Equal((HttpStatusCode.BadRequest, "application/json"), (bad.StatusCode, bad.Content.Headers.ContentType?.MediaType));
        Assert.StartsWith("{\"code\":3,\"message\":\"", await Text(bad), StringComparison.Ordinal);
        Assert.Equal((HttpStatusCode.BadRequest, "application/x-protobuf"), (worse.StatusCode, worse.Content.Headers.ContentType?.MediaType));
        Assert.Contains("ExportTraceServiceRequest", await Text(worse), StringComparison.Ordinal);
        Assert.Equal(1, _running.Servers.Counters.Accepted(IngestProtocol.OtlpHttp));
        Assert.Equal(1, _running.Servers.Counters.Invalid(IngestProtocol.OtlpHttp));
        Assert.Equal(2, _running.Servers.Counters.InvalidRequests(IngestProtocol.OtlpHttp));
    }

    [Theory]
    [InlineData(IntakeAnswer.Full, SendOutcome.TryAgain, "429")]
    [InlineData(IntakeAnswer.Closing, SendOutcome.TryAgain, "503")]
    public async Task Own_exporters_understand_a_refusal(object answer, object outcome, string status)
    {
        _running.Intake.Answer = (IntakeAnswer)answer;

        foreach (var (type, protocol) in new[] { ("otlp", IngestProtocol.OtlpHttp), ("zipkin", IngestProtocol.Zipkin) })
        {
            var result = await Sending.SendAsync(Sending.Read(
                ("HILO_RECEIVERS", "a"), ("HILO_RECEIVER_A_TYPE", type), ("HILO_RECEIVER_A_ENDPOINT", _running.Url(protocol, "")), ("HILO_RECEIVER_A_COMPRESSION", "gzip")));

            Assert.Equal((SendOutcome)outcome, result.Outcome);
            Assert.Equal(TimeSpan.FromSeconds(1), result.RetryAfter);
            Assert.Contains(status, result.Message, StringComparison.Ordinal);
        }
        Assert.Empty(_running.Intake.Spans);
    }

    [Fact]
    public async Task What_was_refused_is_taken_later()
    {
        var options = Sending.Read(("OTEL_EXPORTER_OTLP_ENDPOINT", _running.Url(IngestProtocol.OtlpHttp, "")));
        _running.Intake.Answer = IntakeAnswer.Full;
        Assert.Equal(SendOutcome.TryAgain, (await Sending.SendAsync(options)).Outcome);
        _running.Intake.Answer = IntakeAnswer.Accepted;

        Assert.Equal(new(SendOutcome.Accepted), await Sending.SendAsync(options));

        Assert.Equal(3, _running.Intake.Spans.Count);
        Assert.Equal((3, 1), (_running.Servers.Counters.Accepted(IngestProtocol.OtlpHttp), _running.Servers.Counters.Refused(IngestProtocol.OtlpHttp)));
    }

    [Theory]
    [InlineData("GET", "/v1/traces", "application/json", "", 405)]
    [InlineData("POST", "/v1/metrics", "application/json", "{}", 404)]
    [InlineData("POST", "/v1/traces", "text/html", "{}", 415)]
    [InlineData("POST", "/v1/traces?x=1", "application/json", "{}", 200)]
    public void Other_requests_are_told_what_to_do(string method, string path, string type, string body, int status)
    {
        foreach (var version in new[] { "--http1.1", "--http2-prior-knowledge" })
        {
            var answer = Running.Curl(version, "-X", method, "-H", $"content-type: {type}", "--data", body, Url(path));
            Assert.Matches($@"^HTTP/[12.]+ {status} ", answer);
        }
    }

    [Fact]
    public void Zipkin_is_taken_in_three_forms()
    {
        const string spans = """[{"traceId":"463ac35c9f6413ad","id":"1","timestamp":1,"localEndpoint":{"serviceName":"a"}}]""";
        var zipkin = _running.Url(IngestProtocol.Zipkin, "");

        Assert.StartsWith("HTTP/1.1 202 Accepted", Running.Curl("-H", "content-type: application/json", "--data", spans, zipkin + "/api/v2/spans"), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 202 Accepted", Running.Curl("-H", "content-type: application/json", "--data", spans, zipkin + "/api/v1/spans"), StringComparison.Ordinal);
        var list = File("list", ZipkinTests.Field(1, [.. ZipkinTests.Field(1, "12345678"u8), .. ZipkinTests.Field(3, "12345678"u8)]));
        Assert.StartsWith(
            "HTTP/1.1 202 Accepted", Running.Curl("-H", "content-type: application/x-protobuf", "--data-binary", "@" + list, zipkin + "/api/v2/spans"), StringComparison.Ordinal);
        Assert.Matches("^HTTP/1.1 400 [\\s\\S]*hexadecimal", Running.Curl("--json", """[{"traceId":"x"}]""", zipkin + "/api/v2/spans"));
        Assert.Equal(3, _running.Servers.Counters.Accepted(IngestProtocol.Zipkin));
    }

    [Theory]
    [InlineData("POST /v1/traces HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", "400")]
    [InlineData("POST /v1/traces HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", "400")]
    [InlineData("POST /v1/traces HTTP/1.1\r\nContent-Length : 1\r\n\r\n", "400")]
    [InlineData("POST /v1/traces HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n", "501")]
    [InlineData("POST /v1/traces HTTP/3\r\n\r\n", "505")]
    [InlineData("POST /v1/traces HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: 999999999\r\n\r\n", "413")]
    [InlineData("POST /v1/traces HTTP/1.1\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n", "400")]
    [InlineData("POST /v1/traces HTTP/1.1\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}}\r\n", "400")]
    public void What_two_readers_might_read_differently_ends_the_connection(string request, string status)
    {
        using var socket = _running.Connect(IngestProtocol.OtlpHttp);
        socket.Send(Encoding.ASCII.GetBytes(request));

        var answer = ReadAll(socket);

        Assert.StartsWith($"HTTP/1.1 {status} ", answer, StringComparison.Ordinal);
        Assert.Contains("connection: close", answer, StringComparison.Ordinal);
    }

    [Fact]
    public void Requests_in_one_piece_are_answered_one_after_the_other()
    {
        using var socket = _running.Connect(IngestProtocol.OtlpHttp);
        const string one = "POST /v1/traces HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}";
        socket.Send(Encoding.ASCII.GetBytes(one + one + one.Replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n", StringComparison.Ordinal)));

        Assert.Equal(3, ReadAll(socket).Split("HTTP/1.1 200 OK").Length - 1);
    }

    [Fact]
    public void A_head_without_end_is_too_long()
    {
        using var socket = _running.Connect(IngestProtocol.OtlpHttp);
        socket.Send(Encoding.ASCII.GetBytes("POST /v1/traces HTTP/1.1\r\nX: " + new string('x', 20_000)));

        Assert.StartsWith("HTTP/1.1 431 ", ReadAll(socket), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_bomb_ends_at_the_limit()
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.SmallestSize, leaveOpen: true))
        {
            var zeros = new byte[1 << 20];
            for (var i = 0; i < 40; i++)
            {
                gzip.Write(zeros);
            }
        }

        using var answer = await PostAsync(Traces, "application/x-protobuf", packed.ToArray(), "gzip");

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
    }

    [Fact]
    public async Task Requests_that_are_there_are_answered_before_the_end()
    {
        var gate = new TaskCompletionSource();
        _running.Intake.Until = gate.Task;
        var one = PostAsync(Traces, "application/x-protobuf", Running.Request);
        await WaitAsync(() => _running.Intake.Spans.Count == 2);

        var stop = _running.Servers.StopAsync(TimeSpan.FromSeconds(20));
        await Task.Delay(200, TestContext.Current.CancellationToken);
        Assert.False(stop.IsCompleted);
        gate.SetResult();

        using var answer = await one;
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        await stop.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
        await Assert.ThrowsAsync<HttpRequestException>(() => PostAsync(Traces, "application/x-protobuf", Running.Request));
    }

    [Fact]
    public void Connections_beyond_the_limit_are_closed_at_once()
    {
        using var running = new Running(("HILO_INGEST_MAX_CONNECTIONS", "2"));
        using var first = running.Connect(IngestProtocol.OtlpHttp);
        using var second = running.Connect(IngestProtocol.OtlpHttp);
        using var third = running.Connect(IngestProtocol.OtlpHttp);

        Assert.Equal("", ReadAll(third));
        first.Send("GET / HTTP/1.0\r\n\r\n"u8);
        Assert.StartsWith("HTTP/1.1 404", ReadAll(first), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_that_dribbles_is_cut_off()
    {
        using var socket = _running.Connect(IngestProtocol.OtlpHttp);
        socket.Send("POST /v1/traces HTTP/1.1\r\nX: "u8);
        for (var i = 0; i < 60 && _running.Servers.Counters.Cut == 0; i++)
        {
            await Task.Delay(500, TestContext.Current.CancellationToken);
            try
            {
                socket.Send("x"u8);
            }
            catch (SocketException)
            {
                break;
            }
        }

        await WaitAsync(() => _running.Servers.Counters.Cut == 1);
    }

    [Fact]
    public void Unix_sockets_are_served_also_when_one_was_left_behind()
    {
        var path = _folder.Of("otlp.sock");
        using (var left = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            left.Bind(new UnixDomainSocketEndPoint(path));
        }
        using var running = new Running(("HILO_INGEST_OTLP_HTTP", "unix://" + path));

        var answer = Running.Curl("--unix-socket", path, "--json", "{}", "http://localhost/v1/traces");

        Assert.StartsWith("HTTP/1.1 200 OK", answer, StringComparison.Ordinal);
    }

    private string Url(string path) => _running.Url(IngestProtocol.OtlpHttp, path);

    private string File(string name, byte[] content)
    {
        System.IO.File.WriteAllBytes(_folder.Of(name), content);
        return _folder.Of(name);
    }

    private async Task<HttpResponseMessage> PostAsync(string path, string type, byte[] body, string encoding = "")
    {
        using var content = new ByteArrayContent(body);
        content.Headers.TryAddWithoutValidation("content-type", type);
        if (encoding.Length > 0)
        {
            content.Headers.ContentEncoding.Add(encoding);
        }
        return await _running.Http.PostAsync(Url(path), content, TestContext.Current.CancellationToken);
    }

    private static Task<string> Text(HttpResponseMessage answer) => answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);

    private static string ReadAll(Socket socket)
    {
        socket.ReceiveTimeout = 20_000;
        var (text, buffer) = (new StringBuilder(), new byte[4096]);
        for (var size = socket.Receive(buffer); size > 0; size = socket.Receive(buffer))
        {
            text.Append(Encoding.Latin1.GetString(buffer, 0, size));
        }
        return text.ToString();
    }

    private static async Task WaitAsync(Func<bool> condition)
    {
        for (var i = 0; i < 1000 && !condition(); i++)
        {
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }
        Assert.True(condition());
    }
}
