// SPDX-License-Identifier: Apache-2.0
// Splits a contract header into tokens. A preprocessor directive is one token, a comment is none;
// comments are kept aside because some of them become documentation.
using Generators.Common;

namespace Generators.Contract;

/// <summary>Text of one header to tokens and comments.</summary>
internal sealed class HeaderLexer(string path, string source)
{
    private readonly List<HeaderToken> _tokens = [];
    private readonly List<HeaderComment> _comments = [];
    private readonly List<Problem> _problems = [];
    private int _at;
    private int _line;
    private int _lineStart;
    private bool _codeOnLine;

    public IReadOnlyList<HeaderToken> Tokens => _tokens;

    public IReadOnlyList<HeaderComment> Comments => _comments;

    public IReadOnlyList<Problem> Problems => _problems;

    private char Current => Peek(0);

    public void Run()
    {
        while (_at < source.Length)
        {
            Next();
        }

        _tokens.Add(new HeaderToken(HeaderTokenKind.End, "", Here(0)));
    }

    private void Next()
    {
        if (Current == '\n')
        {
            NewLine();
        }
        else if (char.IsWhiteSpace(Current))
        {
            _at++;
        }
        else if (Current == '/' && Peek(1) == '*')
        {
            BlockComment();
        }
        else if (Current == '/' && Peek(1) == '/')
        {
            LineComment();
        }
        else if (Current == '#' && !_codeOnLine)
        {
            Directive();
        }
        else
        {
            _codeOnLine = true;
            Token();
        }
    }

    private void Token()
    {
        if (Current == '"')
        {
            String();
        }
        else if (IsWord(Current))
        {
            var kind = char.IsDigit(Current) ? HeaderTokenKind.Number : HeaderTokenKind.Name;
            var length = 1;
            while (IsWord(Peek(length)))
            {
                length++;
            }

            Add(kind, length);
        }
        else
        {
            Add(HeaderTokenKind.Symbol, Current == '<' && Peek(1) == '<' ? 2 : 1);
        }
    }

    private void String()
    {
        var length = 1;
        while (Peek(length) is not ('"' or '\n' or '\0'))
        {
            length++;
        }

        if (Peek(length) != '"')
        {
            _problems.Add(new Problem(Diagnostics.Unterminated, Here(length), "A string"));
            _at += length;
            return;
        }

        _tokens.Add(new HeaderToken(HeaderTokenKind.Text, source.Substring(_at + 1, length - 1), Here(length + 1)));
        _at += length + 1;
    }

    /// <summary>A directive ends with its line, unless a backslash continues it.</summary>
    private void Directive()
    {
        var end = _at;
        while (end < source.Length && source[end] != '\n' && !IsComment(end))
        {
            end += source[end] == '\\' && end + 1 < source.Length && source[end + 1] == '\n' ? 2 : 1;
        }

        var text = source.Substring(_at, end - _at);
        var firstLine = text.Split('\n')[0];
        _tokens.Add(new HeaderToken(HeaderTokenKind.Directive, text.Replace("\\\n", " ").Trim(), Here(firstLine.TrimEnd().Length)));
        _codeOnLine = true;
        for (; _at < end; _at++)
        {
            if (Current == '\n')
            {
                _line++;
                _lineStart = _at + 1;
            }
        }
    }

    private void BlockComment()
    {
        var end = source.IndexOf("*/", _at + 2, StringComparison.Ordinal);
        if (end < 0)
        {
            _problems.Add(new Problem(Diagnostics.Unterminated, Here(2), "A comment"));
            _at = source.Length;
            return;
        }

        var firstLine = _line;
        var afterCode = _codeOnLine;
        var text = source.Substring(_at + 2, end - _at - 2);
        while (_at < end + 2)
        {
            if (Current == '\n')
            {
                NewLine();
            }
            else
            {
                _at++;
            }
        }

        AddComment(text, firstLine, afterCode);
    }

    private void LineComment()
    {
        var end = source.IndexOf('\n', _at);
        end = end < 0 ? source.Length : end;
        var text = source.Substring(_at + 2, end - _at - 2);
        _at = end;
        AddComment(text, _line, _codeOnLine);
    }

    private void AddComment(string text, int firstLine, bool afterCode)
    {
        var lines = text.Split('\n').Select(line => line.Trim().TrimStart('*', '/').Trim());
        _comments.Add(new HeaderComment(string.Join(" ", lines).Trim(), firstLine, _line, afterCode));
    }

    private void Add(HeaderTokenKind kind, int length)
    {
        _tokens.Add(new HeaderToken(kind, source.Substring(_at, length), Here(length)));
        _at += length;
    }

    private void NewLine()
    {
        _at++;
        _line++;
        _lineStart = _at;
        _codeOnLine = false;
    }

    private Position Here(int length) => new(path, _at, _line, _at - _lineStart, length);

    private char Peek(int distance) => _at + distance < source.Length ? source[_at + distance] : '\0';

    private bool IsComment(int at) => source[at] == '/' && at + 1 < source.Length && (source[at + 1] is '*' or '/');

    private static bool IsWord(char c) => c == '_' || (c < 128 && char.IsLetterOrDigit(c));
}
