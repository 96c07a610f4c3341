// SPDX-License-Identifier: Apache-2.0
using Generators.Common;
using Microsoft.CodeAnalysis;

namespace Generators.Contract;

/// <summary>A place in the tokens of a header: looks, takes, and finds the way back after a mistake.</summary>
internal sealed class HeaderCursor(IReadOnlyList<HeaderToken> tokens)
{
    public int Position { get; private set; }

    public HeaderToken Current => tokens[Position];

    public static ParseException Error(DiagnosticDescriptor rule, Position at, params object[] arguments) =>
        new(new Problem(rule, at, arguments));

    public HeaderToken Last() => tokens[Position - 1];

    public HeaderToken Peek(int distance) => tokens[Math.Min(Position + distance, tokens.Count - 1)];

    public bool Is(string text) => Current.Text == text && Current.Kind is HeaderTokenKind.Name or HeaderTokenKind.Symbol;

    /// <summary>The end is never passed.</summary>
    public HeaderToken Take()
    {
        var token = Current;
        Position += token.Kind == HeaderTokenKind.End ? 0 : 1;
        return token;
    }

    public bool TakeIf(string text)
    {
        var found = Is(text);
        Position += found ? 1 : 0;
        return found;
    }

    public HeaderToken Take(HeaderTokenKind kind, string expected) =>
        Current.Kind == kind ? Take() : throw Error(Diagnostics.Syntax, Current.At, expected, Current);

    public HeaderToken Name(string expected) => Take(HeaderTokenKind.Name, expected);

    public void Expect(string symbol)
    {
        if (!TakeIf(symbol))
        {
            throw Error(Diagnostics.Syntax, Current.At, $"'{symbol}'", Current);
        }
    }

    /// <summary>Goes on behind the broken member, or stands before the brace that closes the struct.</summary>
    public void SkipField(int start)
    {
        Position = start;
        if (Current.Kind == HeaderTokenKind.Directive)
        {
            Take();
            return;
        }

        for (var depth = 0; Current.Kind != HeaderTokenKind.End; Take())
        {
            depth += Is("{") ? 1 : 0;
            if (depth == 0 && Is("}"))
            {
                return;
            }

            depth -= Is("}") ? 1 : 0;
            if (depth == 0 && Is(";"))
            {
                Take();
                return;
            }
        }
    }

    /// <summary>Goes on behind the broken declaration: its semicolon, or the directive it was.</summary>
    public void SkipDeclaration(int start)
    {
        Position = start;
        if (Current.Kind == HeaderTokenKind.Directive)
        {
            Take();
            return;
        }

        for (var depth = 0; Current.Kind is not (HeaderTokenKind.End or HeaderTokenKind.Directive);)
        {
            depth += Is("{") ? 1 : Is("}") ? -1 : 0;
            if (Take().Text == ";" && depth <= 0)
            {
                return;
            }
        }
    }
}
