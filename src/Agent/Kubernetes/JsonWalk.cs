// SPDX-License-Identifier: Apache-2.0
using System.Text.Json;

namespace Agent.Kubernetes;

/// <summary>
/// A walk through one object or array of JSON that is there as a whole. What stands where something else is expected is passed over,
/// so that an answer of a later release is read as far as it is known.
/// </summary>
internal struct JsonWalk
{
    private bool _isOpen;

    /// <summary>Into the value that the reader is on; a value with nothing in it is a walk that is over.</summary>
    internal static JsonWalk Into(ref Utf8JsonReader reader) =>
        new() { _isOpen = reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray };

    /// <summary>To the next name in an object; whoever asks has gone to the end of the value before it.</summary>
    internal bool NextProperty(ref Utf8JsonReader reader)
    {
        while (_isOpen && reader.Read())
        {
            if (reader.TokenType == JsonTokenType.PropertyName)
            {
                return true;
            }
            _isOpen = reader.TokenType is not (JsonTokenType.EndObject or JsonTokenType.EndArray);
            reader.Skip(); // of an array, which is no object
        }
        return false;
    }

    /// <summary>To the begin of the next object in an array.</summary>
    internal bool NextObject(ref Utf8JsonReader reader)
    {
        while (_isOpen && reader.Read())
        {
            if (reader.TokenType == JsonTokenType.StartObject)
            {
                return true;
            }
            _isOpen = reader.TokenType is not (JsonTokenType.EndObject or JsonTokenType.EndArray);
            reader.Skip();
        }
        return false;
    }

    /// <summary>On a name: goes to its value, and says which of the names it is; the value of any other is passed over.</summary>
    internal static int Enter(ref Utf8JsonReader reader, scoped ReadOnlySpan<string> names)
    {
        for (var i = 0; i < names.Length; i++)
        {
            if (reader.ValueTextEquals(names[i]))
            {
                reader.Read();
                return i;
            }
        }
        reader.Read();
        reader.Skip();
        return -1;
    }

    /// <summary>The text that the reader is on; of anything else, which is passed over, null.</summary>
    internal static string? Text(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.String)
        {
            return reader.GetString();
        }
        reader.Skip();
        return null;
    }

    /// <summary>True on <c>true</c>; anything else is passed over.</summary>
    internal static bool Switch(ref Utf8JsonReader reader)
    {
        var isOn = reader.TokenType == JsonTokenType.True;
        reader.Skip();
        return isOn;
    }
}
