// SPDX-License-Identifier: Apache-2.0
using System.Globalization;

namespace Agent.Tests.Native;

/// <summary>The value of a traceparent, character by character, as https://www.w3.org/TR/trace-context-2 has it.</summary>
internal static class TraceParentReference
{
    private const string Shape = "hh-hhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhh-hhhhhhhhhhhhhhhh-hh";

    /// <summary>The ids and the known flags; null when the value is not valid.</summary>
    public static string? Read(string value)
    {
        if (value.Length < Shape.Length)
        {
            return null;
        }

        for (var i = 0; i < Shape.Length; i++)
        {
            if (Shape[i] == 'h' ? !char.IsAsciiHexDigitLower(value[i]) && !char.IsAsciiDigit(value[i]) : value[i] != '-')
            {
                return null;
            }
        }

        var version = value[..2];
        var rest = value[Shape.Length..];
        var valid = version != "ff" && value[3..35].Trim('0').Length > 0 && value[36..52].Trim('0').Length > 0 &&
            (rest.Length == 0 || (version != "00" && rest[0] == '-'));
        var flags = int.Parse(value[53..55], NumberStyles.HexNumber, CultureInfo.InvariantCulture) & 3;
        return valid ? string.Create(CultureInfo.InvariantCulture, $"{value[3..52]}-{flags:x2}") : null;
    }
}
