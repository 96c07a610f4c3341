// SPDX-License-Identifier: Apache-2.0
using Generators.Common;

namespace Generators.Contract;

/// <summary>What a token of a contract header can be.</summary>
internal enum HeaderTokenKind
{
    Name,
    Number,
    Text,
    Symbol,
    Directive,
    End,
}

/// <summary>One token; <paramref name="Text"/> is the spelling, of a string without its quotes.</summary>
internal sealed record HeaderToken(HeaderTokenKind Kind, string Text, Position At)
{
    public override string ToString() => Kind switch
    {
        HeaderTokenKind.End => "the end of the file",
        HeaderTokenKind.Text => $"\"{Text}\"",
        _ => $"'{Text}'",
    };
}

/// <summary>One comment. It documents the code before it on its line, or the declaration on the next line.</summary>
internal sealed record HeaderComment(string Text, int FirstLine, int LastLine, bool AfterCode);
