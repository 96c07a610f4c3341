// SPDX-License-Identifier: Apache-2.0
using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Agent.Ingest.Formats;

namespace Agent.Ingest.Http;

/// <summary>Routes requests and words their answers: OTLP in the content type of the request, Zipkin in plain text.</summary>
/// <param name="isZipkin">Else OTLP.</param>
internal sealed class HttpDesk(IngestDesk desk, bool isZipkin)
{
    private const string Protobuf = "application/x-protobuf";
    private const string Json = "application/json";

    public IngestDesk Desk => desk;

    /// <summary>Before the body is read; null: read it, and <see cref="AnswerAsync"/>.</summary>
    public HttpAnswer? Refuse(in HttpQuestion question, out HttpRoute route)
    {
        route = default;
        if (!IsPath(question.Path))
        {
            return Failure(question, 404, RpcStatus.Unimplemented, isZipkin ? "use /api/v2/spans or /api/v1/spans" : "traces are taken at /v1/traces");
        }

        if (question.Method != "POST")
        {
            return Failure(question, 405, RpcStatus.Unimplemented, "use POST") with { Allow = "POST" };
        }

        if (!Unpacking.IsKnown(question.Encoding))
        {
            var answer = Failure(question, 415, RpcStatus.InvalidArgument, $"content-encoding {question.Encoding} is not known; use gzip or deflate");
            return answer with { AcceptEncoding = "gzip, deflate" };
        }

        if (FormatOf(question) is not { } format)
        {
            return Failure(question, 415, RpcStatus.InvalidArgument, $"content-type {question.MediaType} is not known; use {Protobuf} or {Json}");
        }

        route = new(isZipkin ? IngestProtocol.Zipkin : IngestProtocol.OtlpHttp, format);
        return null;
    }

    /// <summary>Disposes of the body.</summary>
    public async ValueTask<HttpAnswer> AnswerAsync(HttpQuestion question, HttpRoute route, IngestBuffer body, CancellationToken cancel)
    {
        var unpacked = Unpacking.Unpack(desk, question.Encoding, body, out var failure);
        return unpacked is null
            ? Refuse(question, route, failure)
            : Word(question, await desk.TakeAsync(route.Protocol, route.Format, unpacked, cancel).ConfigureAwait(false));
    }

    /// <summary>A request whose body was not taken.</summary>
    public HttpAnswer Refuse(in HttpQuestion question, HttpRoute route, IngestAnswer answer)
    {
        desk.Counters.Count(route.Protocol, answer, 0);
        return Word(question, answer);
    }

    private HttpAnswer Word(in HttpQuestion question, IngestAnswer answer) => answer.Outcome switch
    {
        IngestOutcome.Accepted when isZipkin => new(202),
        IngestOutcome.Accepted when IsJson(question) => new(200, Json, SuccessInJson(answer)),
        IngestOutcome.Accepted => new(200, Protobuf, RpcStatus.EncodeSuccess(answer)),
        IngestOutcome.Full => Failure(question, 429, answer) with { RetryAfter = RpcStatus.RetrySeconds },
        IngestOutcome.Closing => Failure(question, 503, answer) with { RetryAfter = RpcStatus.RetrySeconds },
        IngestOutcome.TooLarge => Failure(question, 413, answer),
        _ => Failure(question, 400, answer),
    };

    private HttpAnswer Failure(in HttpQuestion question, int status, IngestAnswer answer) =>
        Failure(question, status, RpcStatus.CodeOf(answer.Outcome), answer.Message ?? "");

    private HttpAnswer Failure(in HttpQuestion question, int status, int code, string message) =>
        isZipkin || question.MediaType is not (Protobuf or Json) ? new(status, "text/plain; charset=utf-8", Encoding.UTF8.GetBytes(message + "\n"))
        : IsJson(question) ? new(status, Json, FailureInJson(code, message))
        : new(status, Protobuf, RpcStatus.Encode(code, message));

    private bool IsPath(string path) => isZipkin ? path is "/api/v2/spans" or "/api/v1/spans" : path == "/v1/traces";

    private IngestFormat? FormatOf(in HttpQuestion question) => question.MediaType switch
    {
        Protobuf or "application/protobuf" => !isZipkin ? IngestFormat.OtlpProtobuf : question.Path == "/api/v2/spans" ? IngestFormat.ZipkinProtobuf : null,
        Json => !isZipkin ? IngestFormat.OtlpJson : ZipkinJson(question),
        "" or "text/plain" when isZipkin => ZipkinJson(question),
        _ => null,
    };

    private static IngestFormat ZipkinJson(in HttpQuestion question) =>
        question.Path == "/api/v2/spans" ? IngestFormat.ZipkinJson : IngestFormat.ZipkinV1Json;

    private static bool IsJson(in HttpQuestion question) => question.MediaType == Json;

    private static byte[] SuccessInJson(IngestAnswer answer) => InJson(json =>
    {
        if (answer.Rejected > 0)
        {
            json.WriteStartObject("partialSuccess"u8);
            json.WriteString("rejectedSpans"u8, answer.Rejected.ToString(CultureInfo.InvariantCulture));
            json.WriteString("errorMessage"u8, answer.Message);
            json.WriteEndObject();
        }
    });

    private static byte[] FailureInJson(int code, string message) => InJson(json =>
    {
        json.WriteNumber("code"u8, code);
        json.WriteString("message"u8, message);
    });

    private static byte[] InJson(Action<Utf8JsonWriter> write)
    {
        var text = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(text))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        return text.WrittenSpan.ToArray();
    }
}
