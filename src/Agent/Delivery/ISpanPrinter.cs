// SPDX-License-Identifier: Apache-2.0
using System.Text;
using Agent.Tracing;

namespace Agent.Delivery;

/// <summary>Turns spans into text for standard output, at once or when their trace is finished.</summary>
internal interface ISpanPrinter
{
    /// <summary>How many spans have been written to an output so far; the rest is kept by the printer.</summary>
    long Shown { get; }

    /// <summary>True while spans are kept, so that <see cref="Advance"/> has something to do.</summary>
    bool IsWaiting { get; }

    /// <summary>Takes one span; it is only valid during the call.</summary>
    void Add(scoped in SpanView span, StringBuilder output);

    /// <summary>Writes what is due now, or all that is left when this is the last call.</summary>
    void Advance(bool isLast, StringBuilder output);
}
