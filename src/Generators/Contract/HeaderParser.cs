// SPDX-License-Identifier: Apache-2.0
// Recursive descent over the C subset of the contract. What is not in the subset is reported where it
// stands, and parsing goes on behind it.
using Generators.Common;

namespace Generators.Contract;

/// <summary>Tokens of one header to declarations.</summary>
internal sealed class HeaderParser
{
    private readonly string _path;
    private readonly IReadOnlyList<HeaderToken> _tokens;
    private readonly HeaderDocs _docs;
    private readonly List<IncludeSyntax> _includes = [];
    private readonly List<DeclarationSyntax> _declarations = [];
    private readonly List<Problem> _problems = [];
    private readonly List<HeaderToken> _conditionals = [];
    private int _next;

    private HeaderParser(string path, HeaderLexer lexer)
    {
        _path = path;
        _tokens = lexer.Tokens;
        _docs = new HeaderDocs(lexer.Comments);
        _problems.AddRange(lexer.Problems);
    }

    private HeaderToken Current => _tokens[_next];

    public static HeaderSyntax Parse(string path, string text)
    {
        var lexer = new HeaderLexer(path, text.Replace("\r\n", "\n"));
        lexer.Run();
        return new HeaderParser(path, lexer).File();
    }

    private HeaderSyntax File()
    {
        while (Current.Kind != HeaderTokenKind.End)
        {
            var start = _next;
            try
            {
                TopLevel();
            }
            catch (ParseException e)
            {
                _problems.Add(e.Problem);
                SkipDeclaration(start);
            }
        }

        if (_conditionals.Count > 0)
        {
            _problems.Add(new Problem(Diagnostics.Unterminated, _conditionals[0].At, "A conditional block"));
        }

        return new HeaderSyntax(_path, new(_includes), new(_declarations), new(_problems));
    }

    private void TopLevel()
    {
        if (Current.Kind == HeaderTokenKind.Directive)
        {
            Directive(Take());
            return;
        }

        if (_conditionals.Count > 0)
        {
            throw Error(Diagnostics.Conditional, Current.At);
        }

        var first = Current;
        var declares = (Is("enum") || Is("struct")) && _tokens[_next + 1].Kind == HeaderTokenKind.Name;
        var opens = declares && _tokens[_next + 2].Text is "{" or ":";
        if (!opens)
        {
            throw Error(Diagnostics.Declaration, first.At, first.Text);
        }

        _declarations.Add(Is("enum") ? Enum() : Struct());
    }

    private void Directive(HeaderToken token)
    {
        var line = HeaderDirective.Parse(token);
        switch (line.Kind)
        {
            case HeaderDirectiveKind.Open:
                _conditionals.Add(token);
                break;
            case HeaderDirectiveKind.Else when _conditionals.Count > 0:
            case HeaderDirectiveKind.FunctionMacro:
            case HeaderDirectiveKind.Once:
                break;
            case HeaderDirectiveKind.Close when _conditionals.Count > 0:
                _conditionals.RemoveAt(_conditionals.Count - 1);
                break;
            case HeaderDirectiveKind.Include when _conditionals.Count == 0:
                _includes.Add(new IncludeSyntax(line.Name, token.At));
                break;
            case HeaderDirectiveKind.Constant when _conditionals.Count == 0:
                _declarations.Add(new ConstantSyntax(line.Name, token.At, _docs.For(token.At.Line, token.At.Line), line.Value!));
                break;
            case HeaderDirectiveKind.Include or HeaderDirectiveKind.Constant:
                throw Error(Diagnostics.Conditional, token.At);
            default:
                throw Error(Diagnostics.Directive, token.At, token.Text);
        }
    }

    private EnumSyntax Enum()
    {
        var first = Take();
        var name = Name("the name of an enum");
        var underlying = TakeIf(":") ? Type() : null;
        Expect("{");
        var members = new List<MemberSyntax>();
        do
        {
            members.Add(Member());
        }
        while (TakeIf(",") && !Is("}"));
        Expect("}");
        Expect(";");
        return new EnumSyntax(name.Text, name.At, _docs.Before(first.At.Line), underlying, new(members));
    }

    private MemberSyntax Member()
    {
        var name = Name("a member");
        var value = TakeIf("=") ? Expression() : null;
        return new MemberSyntax(name.Text, name.At, _docs.For(name.At.Line, Last().At.Line), value);
    }

    private StructSyntax Struct()
    {
        var first = Take();
        var name = Name("the name of a struct");
        Expect("{");
        var fields = new List<FieldSyntax>();
        do
        {
            var start = _next;
            try
            {
                fields.Add(Field());
            }
            catch (ParseException e)
            {
                _problems.Add(e.Problem);
                SkipField(start);
            }
        }
        while (!Is("}") && Current.Kind != HeaderTokenKind.End);
        Expect("}");
        Expect(";");
        return new StructSyntax(name.Text, name.At, _docs.Before(first.At.Line), new(fields));
    }

    private FieldSyntax Field()
    {
        var type = Type();
        if (Is("*"))
        {
            throw Error(Diagnostics.Pointer, Current.At);
        }

        var name = Name("the name of a member");
        if (Is(":"))
        {
            throw Error(Diagnostics.BitField, name.At, name.Text);
        }

        var array = Is("[") ? Array() : null;
        if (Is("["))
        {
            throw Error(Diagnostics.ArrayOfArrays, name.At, name.Text);
        }

        var tag = Is("OTLP") ? Tag() : null;
        Expect(";");
        var doc = _docs.For(type.At.Line, Last().At.Line);
        return new FieldSyntax(name.Text, name.At, doc, type, array, tag);
    }

    private TypeSyntax Type()
    {
        var token = Current;
        if (Is("enum") || Is("struct"))
        {
            Take();
            var keyword = token.Text == "enum" ? TypeKeyword.Enum : TypeKeyword.Struct;
            if (Is("{") || (Current.Kind == HeaderTokenKind.Name && _tokens[_next + 1].Text == "{"))
            {
                throw Error(Diagnostics.Declaration, token.At, token.Text);
            }

            var name = Name("the name of a type");
            return new TypeSyntax(keyword, name.Text, name.At);
        }

        Name("a type");
        return new TypeSyntax(TypeKeyword.None, token.Text, token.At);
    }

    private ArraySyntax Array()
    {
        Expect("[");
        var size = Is("]") ? null : Expression();
        Expect("]");
        return new ArraySyntax(size);
    }

    private TagSyntax Tag()
    {
        var at = Take().At;
        Expect("(");
        var key = Take(HeaderTokenKind.Text, "an attribute key in quotes");
        Expect(")");
        return new TagSyntax(key.Text, at);
    }

    private ExpressionSyntax Expression()
    {
        var negative = TakeIf("-");
        if (Current.Kind == HeaderTokenKind.Number && HeaderNumber.TryParse(Current.Text, out var number))
        {
            return new ExpressionSyntax(negative ? -number : number, null, Take().At);
        }

        return negative
            ? throw Error(Diagnostics.Syntax, Current.At, "a number", Current.ToString())
            : new ExpressionSyntax(0, Current.Text, Name("a number or the name of a constant").At);
    }

    private HeaderToken Name(string expected) => Take(HeaderTokenKind.Name, expected);

    private HeaderToken Take(HeaderTokenKind kind, string expected) =>
        Current.Kind == kind ? Take() : throw Error(Diagnostics.Syntax, Current.At, expected, Current.ToString());

    private void Expect(string symbol)
    {
        if (!TakeIf(symbol))
        {
            throw Error(Diagnostics.Syntax, Current.At, $"'{symbol}'", Current.ToString());
        }
    }

    private bool TakeIf(string text)
    {
        var found = Is(text);
        if (found)
        {
            Take();
        }

        return found;
    }

    private HeaderToken Take()
    {
        var token = Current;
        if (token.Kind != HeaderTokenKind.End)
        {
            _next++;
        }

        return token;
    }

    private bool Is(string text) => Current.Text == text && Current.Kind is HeaderTokenKind.Name or HeaderTokenKind.Symbol;

    private HeaderToken Last() => _tokens[_next - 1];

    /// <summary>Goes on behind the broken member, or stands before the brace that closes the struct.</summary>
    private void SkipField(int start)
    {
        _next = start;
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
    private void SkipDeclaration(int start)
    {
        _next = start;
        if (Take().Kind == HeaderTokenKind.Directive)
        {
            return;
        }

        _next = start;
        for (var depth = 0; Current.Kind is not (HeaderTokenKind.End or HeaderTokenKind.Directive);)
        {
            depth += Is("{") ? 1 : Is("}") ? -1 : 0;
            if (Take().Text == ";" && depth <= 0)
            {
                return;
            }
        }
    }

    private static ParseException Error(Microsoft.CodeAnalysis.DiagnosticDescriptor rule, Position at, params object[] arguments) =>
        new(new Problem(rule, at, arguments));
}
