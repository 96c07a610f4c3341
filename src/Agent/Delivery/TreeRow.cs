// SPDX-License-Identifier: Apache-2.0
namespace Agent.Delivery;

/// <param name="Branch">The lines that lead to the span, drawn before its service.</param>
internal readonly record struct TreeRow(string Branch, PrintedSpan Span);
