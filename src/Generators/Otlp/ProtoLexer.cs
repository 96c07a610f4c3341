// SPDX-License-Identifier: Apache-2.0
using Generators.Common;

namespace Generators.Otlp;

/// <summary>Text of one .proto file to tokens; comments are dropped.</summary>
internal sealed class ProtoLexer(string path, string source)
{
    private int _at;
    private int _line;
    private int _lineStart;

    private char Current => Peek(0);

    public static IReadOnlyList<ProtoToken> Tokens(string path, string source)
    {
        var lexer = new ProtoLexer(path, source);
        var tokens = new List<ProtoToken>();
        for (lexer.SkipBlanks(); lexer._at < source.Length; lexer.SkipBlanks())
        {
            tokens.Add(lexer.Token());
        }

        tokens.Add(new ProtoToken(ProtoTokenKind.End, "", lexer.Here(0)));
        return tokens;
    }

    private ProtoToken Token()
    {
        if (Current is '"' or '\'')
        {
            return String();
        }

        if (IsWord(Current))
        {
            var length = 1;
            while (IsWord(Peek(length)))
            {
                length++;
            }

            return Take(char.IsDigit(Current) ? ProtoTokenKind.Number : ProtoTokenKind.Name, length);
        }

        return Take(ProtoTokenKind.Symbol, 1);
    }

    private ProtoToken String()
    {
        var length = 1;
        while (Peek(length) != Current && Peek(length) is not ('\n' or '\0'))
        {
            length++;
        }

        if (Peek(length) != Current)
        {
            throw new ParseException(new Problem(Diagnostics.ProtoUnterminated, Here(length), "A string"));
        }

        var token = new ProtoToken(ProtoTokenKind.Text, source.Substring(_at + 1, length - 1), Here(length + 1));
        _at += length + 1;
        return token;
    }

    private void SkipBlanks()
    {
        while (_at < source.Length)
        {
            if (Current == '/' && Peek(1) == '/')
            {
                SkipTo(source.IndexOf('\n', _at) is var end && end < 0 ? source.Length : end);
            }
            else if (Current == '/' && Peek(1) == '*')
            {
                var end = source.IndexOf("*/", _at + 2, StringComparison.Ordinal);
                SkipTo(end >= 0 ? end + 2 : throw new ParseException(new Problem(Diagnostics.ProtoUnterminated, Here(2), "A comment")));
            }
            else if (char.IsWhiteSpace(Current))
            {
                SkipTo(_at + 1);
            }
            else
            {
                return;
            }
        }
    }

    private void SkipTo(int end)
    {
        for (; _at < end; _at++)
        {
            if (Current == '\n')
            {
                _line++;
                _lineStart = _at + 1;
            }
        }
    }

    private ProtoToken Take(ProtoTokenKind kind, int length)
    {
        var token = new ProtoToken(kind, source.Substring(_at, length), Here(length));
        _at += length;
        return token;
    }

    private Position Here(int length) => new(path, _at, _line, _at - _lineStart, length);

    private char Peek(int distance) => _at + distance < source.Length ? source[_at + distance] : '\0';

    private static bool IsWord(char c) => c == '_' || (c < 128 && char.IsLetterOrDigit(c));
}
