// SPDX-License-Identifier: Apache-2.0
using System.Text;

namespace Generators.Common;

/// <summary>How names of C and of protobuf look in C#.</summary>
internal static class Names
{
    /// <summary>request_body_size, REQUEST_BODY_SIZE or requestBodySize become RequestBodySize.</summary>
    public static string Pascal(string name)
    {
        var hasLower = name.Any(char.IsLower);
        var result = new StringBuilder(name.Length);
        foreach (var word in name.Split(['_'], StringSplitOptions.RemoveEmptyEntries))
        {
            var rest = word.Substring(1);
            result.Append(char.ToUpperInvariant(word[0])).Append(hasLower ? rest : rest.ToLowerInvariant());
        }

        return result.Length == 0 || char.IsDigit(result[0]) ? "_" + result : result.ToString();
    }

    /// <summary>SpanKind becomes SPAN_KIND; span_kind too.</summary>
    public static string Screaming(string name)
    {
        var result = new StringBuilder(name.Length + 4);
        for (var i = 0; i < name.Length; i++)
        {
            if (i > 0 && char.IsUpper(name[i]) && char.IsLower(name[i - 1]))
            {
                result.Append('_');
            }

            result.Append(char.ToUpperInvariant(name[i]));
        }

        return result.ToString();
    }

    /// <summary>
    /// The leading words of an enum's name that all its members begin with: EVENT_ for event_kind.
    /// Null when the first word already differs, or when a member would have no name left.
    /// </summary>
    public static string? EnumPrefix(string enumName, IEnumerable<string> members)
    {
        var words = Screaming(enumName).Split('_');
        var names = members.ToArray();
        for (var count = words.Length; count > 0; count--)
        {
            var prefix = string.Join("_", words.Take(count)) + "_";
            if (names.All(name => name.StartsWith(prefix, StringComparison.Ordinal) && name.Length > prefix.Length))
            {
                return prefix;
            }
        }

        return null;
    }
}
