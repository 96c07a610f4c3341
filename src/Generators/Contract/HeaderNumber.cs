// SPDX-License-Identifier: Apache-2.0
using System.Globalization;

namespace Generators.Contract;

/// <summary>Integer literals of C: decimal or hexadecimal, with an optional U or L suffix.</summary>
internal static class HeaderNumber
{
    public static bool TryParse(string text, out decimal value)
    {
        var digits = text.TrimEnd('u', 'U', 'l', 'L');
        var hexadecimal = digits.StartsWith("0x", StringComparison.OrdinalIgnoreCase);
        var octal = !hexadecimal && digits.Length > 1 && digits[0] == '0';
        var style = hexadecimal ? NumberStyles.AllowHexSpecifier : NumberStyles.None;
        var parsed = ulong.TryParse(hexadecimal ? digits.Substring(2) : digits, style, CultureInfo.InvariantCulture, out var number);
        value = number;
        return parsed && !octal;
    }
}
