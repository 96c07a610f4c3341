// SPDX-License-Identifier: Apache-2.0
// What a target's spans are said to come from. Later entries do not override earlier ones: what the service says about
// itself in its environment comes first, then what its selector and its cluster say; what was derived fills the gaps.
using System.Reflection;
using System.Text;
using Agent.Otlp;
using Agent.Tracing;

namespace Agent.Targets;

/// <summary>Attributes of one OTLP Resource, encoded once per target.</summary>
internal sealed class ResourceAttributes(int pid)
{
    private const int MaxEncodedSize = 64 * 1024;
    private static readonly string AgentVersion =
        Assembly.GetExecutingAssembly().GetName().Version?.ToString(3) ?? "0.0.0";
    private readonly Dictionary<string, string> _texts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _derived = new(StringComparer.Ordinal);

    /// <summary>Everything known about a process at the moment it becomes a target.</summary>
    internal static ResourceAttributes Describe(ProcFs proc, int pid, string program)
    {
        _ = Declaration.TryRead(proc, pid, out var declaration);
        return Describe(proc, pid, program, declaration, default);
    }

    /// <summary>The same with an environment that was read before.</summary>
    internal static ResourceAttributes Describe(ProcFs proc, int pid, string program, in Declaration declaration, Naming naming)
    {
        var attributes = new ResourceAttributes(pid);
        attributes.Set("service.name", declaration.ServiceName);
        _ = KeyValueList.TryParse(declaration.Attributes ?? "", out var own);
        foreach (var (key, value) in own)
        {
            attributes.Set(key, value);
        }
        attributes.Set("service.name", naming.Name);
        attributes.Set("service.namespace", naming.Namespace);
        attributes.Derive("service.name", ServiceName.Of(program, proc.CommandLine(pid)));
        attributes.Derive("process.executable.name", Path.GetFileName(program));
        attributes.Derive("process.executable.path", Path.IsPathRooted(program) ? program : null);
        attributes.Derive("host.name", Environment.MachineName);
        attributes.Derive("telemetry.sdk.language", Language.Of(proc, pid, program));
        attributes.Derive("telemetry.sdk.name", "hilo");
        attributes.Derive("telemetry.sdk.version", AgentVersion);
        attributes.Derive("telemetry.distro.name", "hilo");
        attributes.Derive("telemetry.distro.version", AgentVersion);
        return attributes;
    }

    internal string ServiceNameText => _texts.TryGetValue("service.name", out var name) ? name : _derived["service.name"];

    /// <summary>Sets a value unless there is one.</summary>
    internal void Set(string key, string? value) => Add(_texts, key, value);

    private static void Add(Dictionary<string, string> texts, string key, string? value)
    {
        if (!string.IsNullOrWhiteSpace(value))
        {
            texts.TryAdd(key, value.Trim());
        }
    }

    // For as long as nobody says something else.
    private void Derive(string key, string? value) => Add(_derived, key, value);

    /// <summary>The fields of a Resource message. What does not fit any more is left out.</summary>
    internal byte[] Encode()
    {
        var writer = new ProtobufWriter(new byte[MaxEncodedSize]);
        WritePid(ref writer);
        var end = writer.Position;
        foreach (var (key, value) in _texts.Concat(_derived.Where(derived => !_texts.ContainsKey(derived.Key))))
        {
            WriteText(ref writer, key, value);
            if (writer.Overflowed)
            {
                break;
            }
            end = writer.Position;
        }
        return writer.Written[..end].ToArray();
    }

    private void WritePid(ref ProtobufWriter writer)
    {
        var attribute = ResourceFields.BeginAttributes(ref writer);
        KeyValueFields.WriteKey(ref writer, AttributeKeys.ProcessPid);
        var value = KeyValueFields.BeginValue(ref writer);
        AnyValueFields.WriteIntValue(ref writer, pid);
        writer.End(value);
        writer.End(attribute);
    }

    private static void WriteText(ref ProtobufWriter writer, string key, string text)
    {
        var attribute = ResourceFields.BeginAttributes(ref writer);
        KeyValueFields.WriteKey(ref writer, Encoding.UTF8.GetBytes(key));
        var value = KeyValueFields.BeginValue(ref writer);
        AnyValueFields.WriteStringValue(ref writer, Encoding.UTF8.GetBytes(text));
        writer.End(value);
        writer.End(attribute);
    }
}
