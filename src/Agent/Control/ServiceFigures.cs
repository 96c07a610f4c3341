// SPDX-License-Identifier: Apache-2.0
using System.Globalization;
using System.Text;

namespace Agent.Control;

/// <summary>What one service has answered and asked since somebody looks.</summary>
internal sealed class ServiceFigures
{
    private const char Separator = '\t';

    internal long Requests { get; private set; }

    internal long Errors { get; private set; }

    /// <summary>Requests that it made.</summary>
    internal long Calls { get; private set; }

    internal long CallErrors { get; private set; }

    /// <summary>Of requests that it answered.</summary>
    internal LatencyBuckets Latencies { get; private init; } = new();

    internal void Take(bool isClient, bool isError, ulong nanoseconds)
    {
        var error = isError ? 1 : 0;
        if (isClient)
        {
            Calls++;
            CallErrors += error;
            return;
        }
        Requests++;
        Errors += error;
        Latencies.Add(nanoseconds);
    }

    internal ServiceFigures Since(ServiceFigures? earlier) => earlier is null ? this : new ServiceFigures
    {
        Requests = Requests - earlier.Requests,
        Errors = Errors - earlier.Errors,
        Calls = Calls - earlier.Calls,
        CallErrors = CallErrors - earlier.CallErrors,
        Latencies = Latencies.Since(earlier.Latencies),
    };

    /// <summary>One line.</summary>
    internal void Write(string service, StringBuilder text)
    {
        text.Append(CultureInfo.InvariantCulture, $"{service}\t{Requests}\t{Errors}\t{Calls}\t{CallErrors}\t");
        Latencies.Write(text);
        text.Append('\n');
    }

    /// <summary>Null: it is no line that <see cref="Write"/> has written.</summary>
    internal static (string Service, ServiceFigures Figures)? Read(string line) =>
        line.Split(Separator) is [var service, var requests, var errors, var calls, var callErrors, var latencies]
            && long.TryParse(requests, out var answered) && long.TryParse(errors, out var failed)
            && long.TryParse(calls, out var asked) && long.TryParse(callErrors, out var refused)
            ? (service, new ServiceFigures { Requests = answered, Errors = failed, Calls = asked, CallErrors = refused, Latencies = LatencyBuckets.Read(latencies) })
            : null;
}
