// SPDX-License-Identifier: Apache-2.0
using System.Text.RegularExpressions;

namespace Generators.Contract;

/// <summary>The preprocessor lines a contract may hold.</summary>
internal enum HeaderDirectiveKind
{
    Unknown,
    Once,
    Include,
    Constant,
    FunctionMacro,
    Open,
    Else,
    Close,
}

/// <summary>One preprocessor line, taken apart.</summary>
internal sealed record HeaderDirective(HeaderDirectiveKind Kind, string Name, ExpressionSyntax? Value)
{
    private static readonly Regex Shape = new(
        """^\#\s*(?:(?<once>pragma\s+once)|include\s*"(?<include>[^"]+)"|define\s+(?<macro>\w+)\(.*|define\s+(?<name>\w+)\s+\(?(?<minus>-?)(?<value>\w+)\)?|(?<open>ifdef\s+\w+|ifndef\s+\w+)|(?<else>else)|(?<close>endif))$""",
        RegexOptions.CultureInvariant);

    public static HeaderDirective Parse(HeaderToken token)
    {
        var match = Shape.Match(token.Text);
        string Group(string name) => match.Groups[name].Value;
        return match switch
        {
            _ when Group("once") != "" => new(HeaderDirectiveKind.Once, "", null),
            _ when Group("include") != "" => new(HeaderDirectiveKind.Include, Group("include"), null),
            _ when Group("macro") != "" => new(HeaderDirectiveKind.FunctionMacro, Group("macro"), null),
            _ when Group("name") != "" => Constant(token, Group("name"), Group("minus") != "", Group("value")),
            _ when Group("open") != "" => new(HeaderDirectiveKind.Open, "", null),
            _ when Group("else") != "" => new(HeaderDirectiveKind.Else, "", null),
            _ when Group("close") != "" => new(HeaderDirectiveKind.Close, "", null),
            _ => new(HeaderDirectiveKind.Unknown, "", null),
        };
    }

    private static HeaderDirective Constant(HeaderToken token, string name, bool negative, string value)
    {
        if (HeaderNumber.TryParse(value, out var number))
        {
            return new(HeaderDirectiveKind.Constant, name, new ExpressionSyntax(negative ? -number : number, null, token.At));
        }

        return char.IsDigit(value[0]) || negative
            ? new(HeaderDirectiveKind.Unknown, "", null)
            : new(HeaderDirectiveKind.Constant, name, new ExpressionSyntax(0, value, token.At));
    }
}
