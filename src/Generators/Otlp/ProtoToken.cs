// SPDX-License-Identifier: Apache-2.0
using Generators.Common;

namespace Generators.Otlp;

/// <summary>What a token of a .proto file can be.</summary>
internal enum ProtoTokenKind
{
    Name,
    Number,
    Text,
    Symbol,
    End,
}

/// <summary>One token; <paramref name="Text"/> is the spelling, of a string without its quotes.</summary>
internal sealed record ProtoToken(ProtoTokenKind Kind, string Text, Position At)
{
    public override string ToString() => Kind == ProtoTokenKind.End ? "the end of the file" : $"'{Text}'";
}
