// SPDX-License-Identifier: Apache-2.0
// Every protocol comes here with a body that was read and unpacked. What is answered is what the intake said: nothing is
// accepted before it is there. Buffers are given back before that answer is waited for, since the intake has copied by then.
using System.Text.Json;
using Agent.Delivery;
using Agent.Ingest.Formats;
using Agent.Otlp;

namespace Agent.Ingest;

/// <summary>Converts bodies to OTLP and offers them to the intake.</summary>
internal sealed class IngestDesk(IIntake intake, IngestMemory memory, IngestCounters counters, int maxBody, TimeProvider time)
{
    private const int MessagePrefix = 5; // of gRPC

    // What is converted may be a little larger than what it was made from.
    private readonly int _maxConverted = (int)Math.Min(int.MaxValue / 2, (2L * maxBody) + (64 * 1024));

    public int MaxBody => maxBody;

    public IngestCounters Counters => counters;

    public IngestBuffer NewBody() => new(memory, maxBody + MessagePrefix);

    /// <summary>Disposes of the body.</summary>
    public async ValueTask<IngestAnswer> TakeAsync(
        IngestProtocol protocol, IngestFormat format, IngestBuffer body, CancellationToken cancel)
    {
        var (answer, spans) = await OfferAsync(Convert(format, body), cancel).ConfigureAwait(false);
        counters.Count(protocol, answer, spans);
        return answer;
    }

    /// <summary>One message of a stream; the body stays the caller's.</summary>
    public async ValueTask<IngestAnswer> TakeAsync(OpenCensusStream stream, ReadOnlyMemory<byte> message, CancellationToken cancel)
    {
        var (answer, spans) = await OfferAsync(Convert(stream, message.Span), cancel).ConfigureAwait(false);
        counters.Count(IngestProtocol.OpenCensus, answer, spans);
        return answer;
    }

    private async ValueTask<(IngestAnswer Answer, int Spans)> OfferAsync(Converted converted, CancellationToken cancel)
    {
        var (request, spans, answer) = converted;
        if (request is null)
        {
            return (answer, 0);
        }

        ValueTask<IntakeAnswer> offered;
        try
        {
            offered = spans == 0 ? new(IntakeAnswer.Accepted) : intake.OfferAsync(request.WrittenMemory, spans, cancel);
        }
        finally
        {
            request.Release();
        }

        return await offered.ConfigureAwait(false) switch
        {
            IntakeAnswer.Accepted => (answer, spans),
            IntakeAnswer.Full => (IngestAnswer.Full, spans),
            _ => (IngestAnswer.Closing, spans),
        };
    }

    private Converted Convert(IngestFormat format, IngestBuffer body)
    {
        if (format == IngestFormat.OtlpProtobuf)
        {
            return Check(body);
        }

        IngestBuffer? request = new(memory, _maxConverted);
        try
        {
            var converted = format == IngestFormat.OtlpJson ? FromJson(body, request) : FromZipkin(format, body, request);
            request = null;
            return converted;
        }
        catch (Exception e) when (e is IngestException or JsonException)
        {
            return new(null, 0, IngestAnswer.Invalid(e is JsonException ? $"the body is not JSON: {e.Message}" : e.Message));
        }
        finally
        {
            body.Release();
            request?.Release();
        }
    }

    // As it is, unless something must be left out of it.
    private Converted Check(IngestBuffer request)
    {
        var verdict = OtlpCheck.Check(request.Written);
        if (verdict.Error is { } error)
        {
            request.Release();
            return new(null, 0, IngestAnswer.Invalid(error));
        }

        var answer = new IngestAnswer(IngestOutcome.Accepted, verdict.Rejected, verdict.Explanation);
        if (verdict.IsWhole)
        {
            return new(request, verdict.Spans, answer);
        }

        var repaired = new IngestBuffer(memory, int.MaxValue / 2);
        var isRoom = repaired.TryReserve(OtlpRepair.SizeFor(request.Size, verdict));
        if (isRoom)
        {
            var writer = new ProtobufWriter(repaired.Free);
            OtlpRepair.Write(request.Written, ref writer);
            repaired.Advance(writer.Position);
        }

        request.Release();
        return isRoom ? new(repaired, verdict.Spans, answer) : Refused(repaired);
    }

    private Converted FromJson(IngestBuffer body, IngestBuffer request)
    {
        for (var size = body.Size + 1024; ; size *= 2)
        {
            if (!request.TryReserve(size))
            {
                return Refused(request);
            }

            var writer = new ProtobufWriter(request.Free);
            OtlpJsonReader.Convert(body.Written, ref writer);
            if (!writer.Overflowed)
            {
                request.Advance(writer.Position);
                return Check(request);
            }
        }
    }

    private Converted FromZipkin(IngestFormat format, IngestBuffer body, IngestBuffer request)
    {
        var spans = new IngestBuffer(memory, _maxConverted);
        try
        {
            var groups = new SpanGroups(spans);
            var converter = new ZipkinConverter(groups, time);
            var isRoom = format switch
            {
                IngestFormat.ZipkinProtobuf => ZipkinProtobufReader.TryConvert(body.Written, converter),
                IngestFormat.ZipkinV1Json => ZipkinV1JsonReader.TryConvert(body.Written, converter),
                _ => ZipkinJsonReader.TryConvert(body.Written, converter),
            };
            return isRoom && groups.TryWrite(request)
                ? new(request, groups.Count, new IngestAnswer(IngestOutcome.Accepted))
                : Refused(request, spans);
        }
        finally
        {
            spans.Release();
        }
    }

    private Converted Convert(OpenCensusStream stream, ReadOnlySpan<byte> message)
    {
        var spans = new IngestBuffer(memory, _maxConverted);
        var request = new IngestBuffer(memory, _maxConverted);
        try
        {
            var groups = new SpanGroups(spans);
            return stream.TryConvert(message, groups) && groups.TryWrite(request) ? Check(request) : Refused(request, spans);
        }
        catch (IngestException e)
        {
            request.Release();
            return new(null, 0, IngestAnswer.Invalid(e.Message));
        }
        finally
        {
            spans.Release();
        }
    }

    private Converted Refused(IngestBuffer request, IngestBuffer? spans = null)
    {
        var isAtLimit = request.IsAtLimit || spans is { IsAtLimit: true };
        request.Release();
        return new(null, 0, isAtLimit ? IngestAnswer.TooLarge(maxBody) : IngestAnswer.Full);
    }

    /// <param name="Request">Null: there is nothing to offer, only the answer.</param>
    private readonly record struct Converted(IngestBuffer? Request, int Spans, IngestAnswer Answer);
}
