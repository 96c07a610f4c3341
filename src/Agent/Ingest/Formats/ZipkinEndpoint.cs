// SPDX-License-Identifier: Apache-2.0
namespace Agent.Ingest.Formats;

/// <summary>One end of a span of Zipkin. What is not known is empty.</summary>
internal record struct ZipkinEndpoint
{
    public TextArena.Text Service { get; set; }

    /// <summary>As text.</summary>
    public TextArena.Text Address { get; set; }

    public long Port { get; set; }
}
