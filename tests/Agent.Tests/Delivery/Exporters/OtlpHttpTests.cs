// SPDX-License-Identifier: Apache-2.0
using Agent.Delivery.Exporters;

namespace Agent.Tests.Delivery.Exporters;

/// <summary>What ExportTests does not show of OTLP over HTTP.</summary>
public class OtlpHttpTests
{
    [Fact]
    public async Task Body_is_gzip_where_asked_for()
    {
        using var receiver = new Receiver();

        Assert.Equal(new(SendOutcome.Accepted), await Sending.SendAsync(Options(receiver, ("OTEL_EXPORTER_OTLP_COMPRESSION", "gzip")), 2000));
        Assert.Equal(new(SendOutcome.Accepted), await Sending.SendAsync(Options(receiver), 2000));

        Assert.Equal(4000, receiver.Spans);
        Assert.Equal(receiver.Bodies[0], receiver.Bodies[1]);
        Assert.Equal("gzip", receiver.Seen[0].Headers["Content-Encoding"]);
        Assert.Null(receiver.Seen[1].Headers["Content-Encoding"]);
        Assert.InRange(int.Parse(receiver.Seen[0].Headers["Content-Length"]!, null), 1000, receiver.Bodies[0].Length / 5);
    }

    [Fact]
    public async Task Packing_makes_no_garbage_to_speak_of()
    {
        using var receiver = new Receiver();
        using var buffer = new BodyBuffer();
        var request = Sending.Request(2000);
        buffer.Compress(request.Entries);
        buffer.Clear();

        var before = GC.GetAllocatedBytesForCurrentThread();
        buffer.Compress(request.Entries);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 2000);
        await Task.CompletedTask;
    }

    [Theory]
    [InlineData("7", 7)]
    [InlineData("date", 30)]
    [InlineData("Thu, 01 Jan 1970 00:00:00 GMT", 0)]
    [InlineData("soon", null)]
    public async Task Retry_after_is_a_number_or_a_date(string value, int? seconds)
    {
        var header = value == "date" ? DateTimeOffset.UtcNow.AddSeconds(30).ToString("R", null) : value;
        using var receiver = new Receiver((_, response) =>
        {
            response.StatusCode = 503;
            response.Headers["Retry-After"] = header;
            return Task.CompletedTask;
        });

        var result = await Sending.SendAsync(Options(receiver));

        Assert.Equal((SendOutcome.TryAgain, "HTTP 503", seconds is null), (result.Outcome, result.Message, result.RetryAfter is null));
        Assert.InRange(result.RetryAfter?.TotalSeconds ?? 0, (seconds ?? 0) - 20 > 0 ? 20 : seconds ?? 0, seconds ?? 0);
    }

    [Fact]
    public async Task Redirection_is_said_and_not_followed()
    {
        using var receiver = new Receiver((_, response) =>
        {
            response.StatusCode = 307;
            response.Headers["Location"] = "https://elsewhere/v1/traces";
            return Task.CompletedTask;
        });

        Assert.Equal(
            new(SendOutcome.Refused, Message: "HTTP 307: moved to https://elsewhere/v1/traces, where Hilo does not follow: use that as the endpoint"),
            await Sending.SendAsync(Options(receiver)));
        Assert.Equal(1, receiver.Requests);
    }

    [Fact]
    public async Task Status_message_of_a_refusal_is_read()
    {
        using var receiver = new Receiver(async (_, response) =>
        {
            response.StatusCode = 400;
            response.ContentType = "application/x-protobuf";
            await response.OutputStream.WriteAsync("\x08\x03\x12\x0bno such key"u8.ToArray());
        });

        Assert.Equal(new(SendOutcome.Refused, Message: "HTTP 400: no such key"), await Sending.SendAsync(Options(receiver)));
    }

    private static ReceiverOptions Options(Receiver receiver, params (string, string)[] more) =>
        Sending.Read([("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", receiver.Endpoint.AbsoluteUri), .. more]);
}
