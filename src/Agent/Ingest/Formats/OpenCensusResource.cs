// SPDX-License-Identifier: Apache-2.0
using Agent.Otlp;
using Agent.Tracing;

namespace Agent.Ingest.Formats;

/// <summary>The Node and the Resource of OpenCensus as one Resource of OTLP. Both are named once in a stream and hold until others are.</summary>
internal static class OpenCensusResource
{
    private static readonly string[] Languages =
        ["", "cpp", "dotnet", "erlang", "go", "java", "nodejs", "php", "python", "ruby", "webjs"];

    public static byte[] Encode(ReadOnlySpan<byte> node, ReadOnlySpan<byte> resource)
    {
        var writer = new ProtobufWriter(new byte[256 + (4 * (node.Length + resource.Length))]);
        var hasService = WriteLabels(resource, OpenCensusFields.ResourceLabels, ref writer);
        hasService |= WriteLabels(node, OpenCensusFields.NodeAttributes, ref writer);
        WriteType(resource, ref writer);
        WriteNode(node, hasService, ref writer);
        return writer.Written.ToArray();
    }

    private static bool WriteLabels(ReadOnlySpan<byte> message, int field, ref ProtobufWriter writer)
    {
        var hasService = false;
        var labels = new ProtobufReader(message);
        while (labels.Next())
        {
            if (labels.Field == field)
            {
                var entry = labels.Bytes;
                var key = Find(entry, OpenCensusFields.MapKey);
                hasService |= key.SequenceEqual(AttributeKeys.ServiceName);
                WriteText(key, Find(entry, OpenCensusFields.MapValue), ref writer);
            }
        }

        return hasService;
    }

    private static void WriteType(ReadOnlySpan<byte> resource, ref ProtobufWriter writer)
    {
        var type = Find(resource, OpenCensusFields.ResourceType);
        if (!type.IsEmpty)
        {
            WriteText("opencensus.resourcetype"u8, type, ref writer);
        }
    }

    private static void WriteNode(ReadOnlySpan<byte> node, bool hasService, ref ProtobufWriter writer)
    {
        var service = Find(Find(node, OpenCensusFields.NodeService), OpenCensusFields.ServiceName);
        if (!hasService)
        {
            WriteText(AttributeKeys.ServiceName, service.IsEmpty ? "unknown_service"u8 : service, ref writer);
        }

        var process = new ProtobufReader(Find(node, OpenCensusFields.NodeIdentifier));
        while (process.Next())
        {
            if (process.Field == OpenCensusFields.IdentifierHostName && !process.Bytes.IsEmpty)
            {
                WriteText("host.name"u8, process.Bytes, ref writer);
            }
            else if (process.Field == OpenCensusFields.IdentifierPid && process.Number != 0)
            {
                WriteInteger(AttributeKeys.ProcessPid, (uint)process.Number, ref writer);
            }
        }

        var library = new ProtobufReader(Find(node, OpenCensusFields.NodeLibrary));
        while (library.Next())
        {
            if (library.Field == OpenCensusFields.LibraryLanguage && library.Number is > 0 && library.Number < (ulong)Languages.Length)
            {
                WriteText("telemetry.sdk.language"u8, System.Text.Encoding.UTF8.GetBytes(Languages[library.Number]), ref writer);
            }
            else if (library.Field == OpenCensusFields.LibraryCoreVersion && !library.Bytes.IsEmpty)
            {
                WriteText("telemetry.sdk.name"u8, "opencensus"u8, ref writer);
                WriteText("telemetry.sdk.version"u8, library.Bytes, ref writer);
            }
        }
    }

    private static ReadOnlySpan<byte> Find(ReadOnlySpan<byte> message, int field)
    {
        var fields = new ProtobufReader(message);
        while (fields.Next())
        {
            if (fields.Field == field)
            {
                return fields.Bytes;
            }
        }

        return default;
    }

    // What is not UTF-8 would make receivers refuse everything.
    private static void WriteText(ReadOnlySpan<byte> key, ReadOnlySpan<byte> text, ref ProtobufWriter writer)
    {
        var start = writer.Position;
        var attribute = ResourceFields.BeginShortAttributes(ref writer);
        var isKey = KeyValueFields.TryWriteKey(ref writer, key);
        var value = KeyValueFields.BeginShortValue(ref writer);
        var isText = AnyValueFields.TryWriteStringValue(ref writer, text);
        writer.End(value);
        writer.End(attribute);
        if (!isKey || !isText)
        {
            writer.Rewind(start);
        }
    }

    private static void WriteInteger(ReadOnlySpan<byte> key, long number, ref ProtobufWriter writer)
    {
        var attribute = ResourceFields.BeginShortAttributes(ref writer);
        KeyValueFields.WriteKey(ref writer, key);
        var value = KeyValueFields.BeginShortValue(ref writer);
        AnyValueFields.WriteIntValue(ref writer, number);
        writer.End(value);
        writer.End(attribute);
    }
}
