// SPDX-License-Identifier: Apache-2.0
using System.Text;
using Agent.Otlp;

namespace Agent.Delivery.Exporters;

/// <summary>The answer to an accepted request: how many spans the receiver took out of it, and why.</summary>
internal static class PartialSuccess
{
    public static (long RejectedSpans, string? Message) Parse(ReadOnlySpan<byte> answer)
    {
        long rejected = 0;
        string? message = null;
        var response = new ProtobufReader(answer);
        while (response.Next())
        {
            if (response.Field != ExportTraceServiceResponseFields.PartialSuccess)
            {
                continue;
            }

            var partial = new ProtobufReader(response.Bytes);
            while (partial.Next())
            {
                if (partial.Field == ExportTracePartialSuccessFields.RejectedSpans)
                {
                    rejected = (long)partial.Number;
                }
                else if (partial.Field == ExportTracePartialSuccessFields.ErrorMessage && !partial.Bytes.IsEmpty)
                {
                    message = Encoding.UTF8.GetString(partial.Bytes);
                }
            }
        }

        return (rejected, message ?? (rejected > 0 ? $"{rejected} spans rejected" : null));
    }
}
