// SPDX-License-Identifier: Apache-2.0
namespace Agent.Ingest.Formats;

/// <summary>A tag of version 2, which is text, or a binary annotation of version 1, which may be something else.</summary>
/// <param name="Integer">Set when the value is one.</param>
/// <param name="Fraction">Set when the value is one.</param>
/// <param name="Truth">Set when the value is one.</param>
internal readonly record struct ZipkinTag(
    TextArena.Text Key, TextArena.Text Value, long? Integer = null, double? Fraction = null, bool? Truth = null);
