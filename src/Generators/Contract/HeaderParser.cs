// SPDX-License-Identifier: Apache-2.0
// Recursive descent over the C subset of the contract. What is not in the subset is reported where it
// stands, and parsing goes on behind it.
using Generators.Common;

namespace Generators.Contract;

/// <summary>Tokens of one header to declarations.</summary>
internal sealed class HeaderParser
{
    /// <summary>Words that begin a type in C and whose size or meaning is not the same everywhere.</summary>
    private static readonly HashSet<string> UnsizedTypes =
    [
        "void", "_Bool", "bool", "short", "int", "long", "signed", "unsigned", "float", "double", "union", "const", "volatile",
        "static", "extern", "typedef",
    ];

    private readonly string _path;
    private readonly HeaderCursor _cursor;
    private readonly HeaderDocs _docs;
    private readonly List<IncludeSyntax> _includes = [];
    private readonly List<DeclarationSyntax> _declarations = [];
    private readonly List<Problem> _problems = [];
    private readonly List<HeaderToken> _conditionals = [];

    private HeaderParser(string path, HeaderLexer lexer)
    {
        _path = path;
        _cursor = new HeaderCursor(lexer.Tokens);
        _docs = new HeaderDocs(lexer.Comments);
        _problems.AddRange(lexer.Problems);
    }

    private HeaderToken Current => _cursor.Current;

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
            var start = _cursor.Position;
            try
            {
                TopLevel();
            }
            catch (ParseException e)
            {
                _problems.Add(e.Problem);
                _cursor.SkipDeclaration(start);
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
            Directive(_cursor.Take());
            return;
        }

        if (_conditionals.Count > 0)
        {
            throw HeaderCursor.Error(Diagnostics.Conditional, Current.At);
        }

        var first = Current;
        var declares = (_cursor.Is("enum") || _cursor.Is("struct")) && _cursor.Peek(1).Kind == HeaderTokenKind.Name;
        var opens = declares && _cursor.Peek(2).Text is "{" or ":";
        if (!opens)
        {
            throw HeaderCursor.Error(Diagnostics.Declaration, first.At, first.Text);
        }

        _declarations.Add(_cursor.Is("enum") ? Enum() : Struct());
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
                throw HeaderCursor.Error(Diagnostics.Conditional, token.At);
            default:
                throw HeaderCursor.Error(Diagnostics.Directive, token.At, token.Text);
        }
    }

    private EnumSyntax Enum()
    {
        var first = _cursor.Take();
        var name = _cursor.Name("the name of an enum");
        var underlying = _cursor.TakeIf(":") ? Type() : null;
        _cursor.Expect("{");
        var members = new List<MemberSyntax>();
        do
        {
            members.Add(Member());
        }
        while (_cursor.TakeIf(",") && !_cursor.Is("}"));
        _cursor.Expect("}");
        _cursor.Expect(";");
        return new EnumSyntax(name.Text, name.At, _docs.Before(first.At.Line), underlying, new(members));
    }

    private MemberSyntax Member()
    {
        var name = _cursor.Name("a member");
        var value = _cursor.TakeIf("=") ? Expression() : null;
        return new MemberSyntax(name.Text, name.At, _docs.For(name.At.Line, _cursor.Last().At.Line), value);
    }

    private StructSyntax Struct()
    {
        var first = _cursor.Take();
        var name = _cursor.Name("the name of a struct");
        _cursor.Expect("{");
        var fields = new List<FieldSyntax>();
        do
        {
            var start = _cursor.Position;
            try
            {
                fields.Add(Field());
            }
            catch (ParseException e)
            {
                _problems.Add(e.Problem);
                _cursor.SkipField(start);
            }
        }
        while (!_cursor.Is("}") && Current.Kind != HeaderTokenKind.End);
        _cursor.Expect("}");
        _cursor.Expect(";");
        return new StructSyntax(name.Text, name.At, _docs.Before(first.At.Line), new(fields));
    }

    private FieldSyntax Field()
    {
        if (Current.Kind == HeaderTokenKind.Directive)
        {
            throw HeaderCursor.Error(Diagnostics.Conditional, Current.At);
        }

        var type = Type();
        if (_cursor.Is("*"))
        {
            throw HeaderCursor.Error(Diagnostics.Pointer, Current.At);
        }

        var name = _cursor.Name("the name of a member");
        if (_cursor.Is(":"))
        {
            throw HeaderCursor.Error(Diagnostics.BitField, name.At, name.Text);
        }

        var array = _cursor.Is("[") ? Array() : null;
        if (_cursor.Is("["))
        {
            throw HeaderCursor.Error(Diagnostics.ArrayOfArrays, name.At, name.Text);
        }

        var tag = _cursor.Is("OTLP") ? Tag() : null;
        _cursor.Expect(";");
        var doc = _docs.For(type.At.Line, _cursor.Last().At.Line);
        return new FieldSyntax(name.Text, name.At, doc, type, array, tag);
    }

    private TypeSyntax Type()
    {
        var token = Current;
        if (_cursor.Is("enum") || _cursor.Is("struct"))
        {
            _cursor.Take();
            var keyword = token.Text == "enum" ? TypeKeyword.Enum : TypeKeyword.Struct;
            if (_cursor.Is("{") || (Current.Kind == HeaderTokenKind.Name && _cursor.Peek(1).Text == "{"))
            {
                throw HeaderCursor.Error(Diagnostics.Declaration, token.At, token.Text);
            }

            var name = _cursor.Name("the name of a type");
            return new TypeSyntax(keyword, name.Text, name.At);
        }

        _cursor.Name("a type");
        if (UnsizedTypes.Contains(token.Text))
        {
            throw HeaderCursor.Error(Diagnostics.UnsizedType, token.At, token.Text);
        }

        return new TypeSyntax(TypeKeyword.None, token.Text, token.At);
    }

    private ArraySyntax Array()
    {
        _cursor.Expect("[");
        var size = _cursor.Is("]") ? null : Expression();
        _cursor.Expect("]");
        return new ArraySyntax(size);
    }

    private TagSyntax Tag()
    {
        var at = _cursor.Take().At;
        _cursor.Expect("(");
        var key = _cursor.Take(HeaderTokenKind.Text, "an attribute key in quotes");
        _cursor.Expect(")");
        return new TagSyntax(key.Text, at);
    }

    private ExpressionSyntax Expression()
    {
        var negative = _cursor.TakeIf("-");
        if (Current.Kind == HeaderTokenKind.Number && HeaderNumber.TryParse(Current.Text, out var number))
        {
            return new ExpressionSyntax(negative ? -number : number, null, _cursor.Take().At);
        }

        return negative
            ? throw HeaderCursor.Error(Diagnostics.Syntax, Current.At, "a number", Current.ToString())
            : new ExpressionSyntax(0, Current.Text, _cursor.Name("a number or the name of a constant").At);
    }
}
