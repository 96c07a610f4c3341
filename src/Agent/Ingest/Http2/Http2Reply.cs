// SPDX-License-Identifier: Apache-2.0
namespace Agent.Ingest.Http2;

/// <summary>The answer on a stream: fields, a body, perhaps fields behind it.</summary>
/// <param name="Fields">Names in lower case; <c>:status</c> comes first.</param>
/// <param name="Trailers">Null: none.</param>
/// <param name="IsOpen">The body and the trailers come later.</param>
internal sealed record Http2Reply(
    (string Name, string Value)[] Fields, ReadOnlyMemory<byte> Body, (string Name, string Value)[]? Trailers = null, bool IsOpen = false);
