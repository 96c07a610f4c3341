// SPDX-License-Identifier: Apache-2.0
using System.Text;

namespace Agent.Config;

/// <summary>
/// <c>${NAME}</c>, <c>${env:NAME}</c> and <c>${NAME:-otherwise}</c> in values of a file, as OpenTelemetry's files have them;
/// <c>$$</c> is a dollar sign. Nothing is substituted in what was substituted.
/// </summary>
internal static class Substitution
{
    private const string Prefix = "env:";
    private const string Otherwise = ":-";

    /// <summary>False: there is a ${ without an end or a name.</summary>
    internal static bool TryApply(string text, Func<string, string?> variables, out string result)
    {
        result = text;
        if (!text.Contains('$', StringComparison.Ordinal))
        {
            return true;
        }
        var written = new StringBuilder();
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != '$' || i + 1 == text.Length || text[i + 1] is not ('$' or '{'))
            {
                written.Append(text[i]);
                continue;
            }
            if (text[++i] == '$')
            {
                written.Append('$');
                continue;
            }
            var end = text.IndexOf('}', i);
            if (end < 0 || !TryFind(text[(i + 1)..end], variables, out var value))
            {
                return false;
            }
            written.Append(value);
            i = end;
        }
        result = written.ToString();
        return true;
    }

    private static bool TryFind(string reference, Func<string, string?> variables, out string value)
    {
        var named = reference.StartsWith(Prefix, StringComparison.Ordinal) ? reference[Prefix.Length..] : reference;
        var split = named.IndexOf(Otherwise, StringComparison.Ordinal);
        var name = split < 0 ? named : named[..split];
        value = variables(name) is { Length: > 0 } found ? found : split < 0 ? "" : named[(split + Otherwise.Length)..];
        return name.Length > 0 && name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter == '_');
    }
}
