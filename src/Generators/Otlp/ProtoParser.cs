// SPDX-License-Identifier: Apache-2.0
// Recursive descent over the part of proto3 that OTLP uses. The first mistake ends the file: these
// files come from a package, nobody writes them here.
using System.Globalization;
using Generators.Common;

namespace Generators.Otlp;

/// <summary>Tokens of one .proto file to declarations.</summary>
internal sealed class ProtoParser
{
    private const long LargestNumber = 536_870_911;

    private readonly IReadOnlyList<ProtoToken> _tokens;
    private readonly List<ImportSyntax> _imports = [];
    private readonly List<MessageSyntax> _messages = [];
    private readonly List<EnumSyntax> _enums = [];
    private string _package = "";
    private int _next;

    private ProtoParser(IReadOnlyList<ProtoToken> tokens) => _tokens = tokens;

    private ProtoToken Current => _tokens[_next];

    public static ProtoSyntax Parse(string path, string text)
    {
        try
        {
            var parser = new ProtoParser(ProtoLexer.Tokens(path, text));
            parser.File();
            return new(path, parser._package, new(parser._imports), new(parser._messages), new(parser._enums), default);
        }
        catch (ParseException e)
        {
            return new(path, "", default, default, default, new([e.Problem]));
        }
    }

    private void File()
    {
        Expect("syntax");
        Expect("=");
        var syntax = Take(ProtoTokenKind.Text, "the version of the syntax");
        if (syntax.Text != "proto3")
        {
            throw Unsupported(syntax);
        }

        Expect(";");
        while (Current.Kind != ProtoTokenKind.End)
        {
            TopLevel();
        }
    }

    private void TopLevel()
    {
        switch (Current.Text)
        {
            case ";":
                Take();
                break;
            case "package":
                Take();
                _package = QualifiedName();
                Expect(";");
                break;
            case "import":
                Take();
                var import = Take(ProtoTokenKind.Text, "a path in quotes");
                _imports.Add(new ImportSyntax(import.Text, import.At));
                Expect(";");
                break;
            case "option":
                SkipStatement();
                break;
            case "service":
                SkipStatement();
                break;
            case "message":
                _messages.Add(Message());
                break;
            case "enum":
                _enums.Add(Enum());
                break;
            default:
                throw Unsupported(Current);
        }
    }

    private MessageSyntax Message()
    {
        Take();
        var name = Take(ProtoTokenKind.Name, "the name of a message");
        var fields = new List<FieldSyntax>();
        var reserved = new List<RangeSyntax>();
        var messages = new List<MessageSyntax>();
        var enums = new List<EnumSyntax>();
        Expect("{");
        while (!TakeIf("}"))
        {
            switch (Current.Text)
            {
                case ";":
                    Take();
                    break;
                case "message":
                    messages.Add(Message());
                    break;
                case "enum":
                    enums.Add(Enum());
                    break;
                case "option":
                    SkipStatement();
                    break;
                case "reserved":
                    Reserved(reserved);
                    break;
                case "oneof":
                    OneOf(fields);
                    break;
                case "map" or "extensions" or "extend" or "group" or "required":
                    throw Unsupported(Current);
                default:
                    fields.Add(Field(inOneOf: false));
                    break;
            }
        }

        return new(name.Text, name.At, new(fields), new(reserved), new(messages), new(enums));
    }

    private void OneOf(List<FieldSyntax> fields)
    {
        Take();
        Take(ProtoTokenKind.Name, "the name of a oneof");
        Expect("{");
        while (!TakeIf("}"))
        {
            fields.Add(Field(inOneOf: true));
        }
    }

    private FieldSyntax Field(bool inOneOf)
    {
        var repeated = !inOneOf && TakeIf("repeated");
        var optional = !inOneOf && !repeated && TakeIf("optional");
        var type = QualifiedName();
        var name = Take(ProtoTokenKind.Name, "the name of a field");
        Expect("=");
        var number = Number();
        SkipOptions();
        Expect(";");
        return new(name.Text, name.At, type, number, repeated, inOneOf || optional);
    }

    private void Reserved(List<RangeSyntax> ranges)
    {
        Take();
        do
        {
            if (Current.Kind == ProtoTokenKind.Text)
            {
                Take();
                continue;
            }

            var first = Number();
            var last = !TakeIf("to") ? first : TakeIf("max") ? LargestNumber : Number();
            ranges.Add(new(first, last));
        }
        while (TakeIf(","));
        Expect(";");
    }

    private EnumSyntax Enum()
    {
        Take();
        var name = Take(ProtoTokenKind.Name, "the name of an enum");
        var values = new List<EnumValueSyntax>();
        Expect("{");
        while (!TakeIf("}"))
        {
            if (Current.Text is "option" or "reserved")
            {
                SkipStatement();
                continue;
            }

            var value = Take(ProtoTokenKind.Name, "a value");
            Expect("=");
            values.Add(new(value.Text, value.At, Number()));
            SkipOptions();
            Expect(";");
        }

        return new(name.Text, name.At, new(values));
    }

    /// <summary>A name with dots; a leading dot means the name is complete.</summary>
    private string QualifiedName()
    {
        var name = TakeIf(".") ? "." : "";
        do
        {
            name += Take(ProtoTokenKind.Name, "a name").Text + ".";
        }
        while (TakeIf("."));
        return name.Substring(0, name.Length - 1);
    }

    private long Number()
    {
        var negative = TakeIf("-");
        var token = Take(ProtoTokenKind.Number, "a number");
        var hexadecimal = token.Text.StartsWith("0x", StringComparison.OrdinalIgnoreCase);
        var style = hexadecimal ? NumberStyles.AllowHexSpecifier : NumberStyles.None;
        var digits = hexadecimal ? token.Text.Substring(2) : token.Text;
        return uint.TryParse(digits, style, CultureInfo.InvariantCulture, out var number)
            ? negative ? -(long)number : number
            : throw Error(token, "a 32-bit number");
    }

    private void SkipOptions()
    {
        if (TakeIf("["))
        {
            while (!TakeIf("]"))
            {
                TakeAny();
            }
        }
    }

    /// <summary>Up to a semicolon, or over a block in braces.</summary>
    private void SkipStatement()
    {
        for (var depth = 0; ;)
        {
            var text = TakeAny().Text;
            depth += text == "{" ? 1 : text == "}" ? -1 : 0;
            if (depth == 0 && text is ";" or "}")
            {
                return;
            }
        }
    }

    private ProtoToken TakeAny() => Current.Kind != ProtoTokenKind.End ? Take() : throw Error(Current, "more");

    private ProtoToken Take() => _tokens[_next++];

    private ProtoToken Take(ProtoTokenKind kind, string expected) =>
        Current.Kind == kind ? Take() : throw Error(Current, expected);

    private bool TakeIf(string text)
    {
        var found = Current.Text == text && Current.Kind is ProtoTokenKind.Name or ProtoTokenKind.Symbol;
        _next += found ? 1 : 0;
        return found;
    }

    private void Expect(string symbol)
    {
        if (!TakeIf(symbol))
        {
            throw Error(Current, $"'{symbol}'");
        }
    }

    private static ParseException Unsupported(ProtoToken token) => new(new Problem(Diagnostics.ProtoUnsupported, token.At, token.Text));

    private static ParseException Error(ProtoToken token, string expected) =>
        new(new Problem(Diagnostics.ProtoSyntax, token.At, expected, token));
}
