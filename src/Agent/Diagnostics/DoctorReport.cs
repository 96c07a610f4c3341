// SPDX-License-Identifier: Apache-2.0
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Agent.Diagnostics;

/// <summary>All that the doctor found, for people and for programs.</summary>
/// <param name="Features">Of the kernel, each tried.</param>
/// <param name="Surroundings">Of this host and this configuration.</param>
/// <param name="Facts">Name and text of what is neither right nor wrong.</param>
internal sealed record DoctorReport(
    IReadOnlyList<DoctorCheck> Features, IReadOnlyList<DoctorCheck> Surroundings, IReadOnlyList<KeyValuePair<string, string>> Facts)
{
    private const int FactColumn = 10;

    /// <summary>Everything that the agent cannot do without is there.</summary>
    internal bool IsUsable => Features.Concat(Surroundings).All(check => !check.IsRequired || check.Answer != DoctorAnswer.No);

    internal void Print(TextWriter output)
    {
        foreach (var check in Features)
        {
            check.Print(output);
        }
        output.WriteLine();
        foreach (var check in Surroundings)
        {
            check.Print(output);
        }
        output.WriteLine();
        foreach (var (name, text) in Facts)
        {
            output.WriteLine($"{(name + ":").PadRight(FactColumn)}{text}");
        }
    }

    /// <summary>One object: <c>usable</c>, <c>features</c> and <c>surroundings</c> (name, answer, required, reason, remedy), <c>facts</c>.</summary>
    internal void PrintJson(Stream output)
    {
        using var json = new Utf8JsonWriter(output, new JsonWriterOptions { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        json.WriteStartObject();
        json.WriteBoolean("usable"u8, IsUsable);
        Write(json, "features", Features);
        Write(json, "surroundings", Surroundings);
        json.WriteStartObject("facts"u8);
        foreach (var (name, text) in Facts)
        {
            json.WriteString(name, text);
        }
        json.WriteEndObject();
        json.WriteEndObject();
        json.Flush();
        output.Write("\n"u8);
    }

    private static void Write(Utf8JsonWriter json, string name, IReadOnlyList<DoctorCheck> checks)
    {
        json.WriteStartArray(name);
        foreach (var check in checks)
        {
            json.WriteStartObject();
            json.WriteString("name"u8, check.Name);
            json.WriteString("answer"u8, check.Answer switch
            {
                DoctorAnswer.Yes => "yes",
                DoctorAnswer.Degraded => "degraded",
                _ => "no",
            });
            json.WriteBoolean("required"u8, check.IsRequired);
            if (check.Reason is not null)
            {
                json.WriteString("reason"u8, check.Reason);
                json.WriteString("remedy"u8, check.Remedy);
            }
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }
}
