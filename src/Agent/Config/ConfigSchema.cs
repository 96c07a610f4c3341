// SPDX-License-Identifier: Apache-2.0
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Agent.Config;

/// <summary>The table of keys as a JSON schema (draft 2020-12), for editors and pipelines. Any value may be <c>${VARIABLE}</c>.</summary>
internal static class ConfigSchema
{
    private const string Variable = @"\$\{";
    private const string DurationPattern = @"^([0-9.]+(ms|us|ns|s|m|h))+$|^[0-9]+$|" + Variable;
    private const string SizePattern = @"^[0-9]+ ?([kKmMgGtT]i[bB])?$|" + Variable;
    private const string PortsPattern = @"^ *[0-9]+ *(- *[0-9]+)? *(, *[0-9]+ *(- *[0-9]+)? *)*$|" + Variable;

    internal static void Write(Stream output)
    {
        var options = new JsonWriterOptions { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
        using var json = new Utf8JsonWriter(output, options);
        json.WriteStartObject();
        json.WriteString("$schema", "https://json-schema.org/draft/2020-12/schema");
        json.WriteString("title", "Configuration of Hilo");
        WriteSection(json, ConfigTree.Of(ConfigKeys.All));
        json.WriteEndObject();
    }

    private static void WriteSection(Utf8JsonWriter json, ConfigTree section)
    {
        WriteTypes(json, "object", "null");
        json.WriteBoolean("additionalProperties", false);
        json.WriteStartObject("properties");
        foreach (var (name, child) in section.Children)
        {
            json.WriteStartObject(name);
            if (child.Key is { } key)
            {
                WriteKey(json, key, child);
            }
            else
            {
                WriteSection(json, child);
            }
            json.WriteEndObject();
        }
        json.WriteEndObject();
    }

    private static void WriteKey(Utf8JsonWriter json, ConfigKey key, ConfigTree node)
    {
        json.WriteString("description", Describe(key));
        if (key.Fate != KeyFate.Read || key.SameAs is not null)
        {
            json.WriteBoolean("deprecated", true);
        }
        switch (key.Type)
        {
            case KeyType.Any:
                break;
            case KeyType.Items:
                WriteTypes(json, "array", "null");
                json.WriteStartObject("items");
                WriteSection(json, node);
                json.WriteEndObject();
                break;
            case KeyType.Map:
                WriteTypes(json, "object", "string", "null");
                json.WriteStartObject("additionalProperties");
                WriteTypes(json, "string", "number", "boolean");
                json.WriteEndObject();
                break;
            case KeyType.List or KeyType.Ports:
                WriteList(json, key.Type);
                break;
            default:
                WriteScalar(json, key);
                break;
        }
    }

    private static void WriteList(Utf8JsonWriter json, KeyType type)
    {
        WriteTypes(json, "array", "string", "number", "null");
        if (type == KeyType.Ports)
        {
            json.WriteString("pattern", PortsPattern);
        }
        json.WriteStartObject("items");
        WriteTypes(json, "string", "number");
        json.WriteEndObject();
    }

    private static void WriteScalar(Utf8JsonWriter json, ConfigKey key)
    {
        switch (key.Type)
        {
            case KeyType.Switch:
                WriteTypes(json, "boolean", "string", "null");
                json.WriteString("pattern", "^(true|false|yes|no|on|off)$|" + Variable);
                break;
            case KeyType.Number:
                WriteTypes(json, "number", "string", "null");
                json.WriteString("pattern", "^[0-9.]+$|" + Variable);
                break;
            case KeyType.Duration:
                WriteTypes(json, "string", "integer", "null");
                json.WriteString("pattern", DurationPattern);
                break;
            case KeyType.Size:
                WriteTypes(json, "string", "integer", "null");
                json.WriteString("pattern", SizePattern);
                break;
            case KeyType.Word:
                WriteTypes(json, "string", "boolean", "null"); // on and off are boolean to some readers of YAML
                var words = key.Words.Concat(key.Translated.Select(translated => translated.Word)).Select(AnyCase);
                json.WriteString("pattern", $"^({string.Join('|', words)})$|{Variable}");
                break;
            default:
                WriteTypes(json, "string", "number", "boolean", "null");
                break;
        }
    }

    private static string AnyCase(string word) => string.Concat(word.Select(letter =>
        char.IsAsciiLetter(letter) ? $"[{char.ToLowerInvariant(letter)}{char.ToUpperInvariant(letter)}]" : letter.ToString()));

    private static void WriteTypes(Utf8JsonWriter json, params ReadOnlySpan<string> types)
    {
        json.WriteStartArray("type");
        foreach (var type in types)
        {
            json.WriteStringValue(type);
        }
        json.WriteEndArray();
    }

    private static string Describe(ConfigKey key) => key.Fate switch
    {
        KeyFate.Pointless => $"No effect: {key.Meaning}.",
        KeyFate.Missing => $"Not supported: {key.Meaning}.",
        _ => key.Meaning + (key.Variables.Count > 0 ? $" Variable: {key.Variables[0]}." : "") +
            (key.Default is null ? "" : $" Default: {key.Default}.") + (key.IsLive ? "" : " A change needs a restart."),
    };
}
