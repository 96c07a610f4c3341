// SPDX-License-Identifier: Apache-2.0
using System.Runtime.InteropServices;
using System.Text;

namespace Agent.Config.Yaml;

/// <summary>A text that is no YAML, or uses what is not read here.</summary>
internal sealed class YamlException(YamlPlace place, string problem) : FormatException($"{place}: {problem}");

/// <summary>From the events of libyaml to a tree. Tags mean nothing: every scalar is text.</summary>
internal sealed unsafe class YamlReader
{
    private const int MaxDepth = 64;
    private const string Merge = "<<";

    private readonly LibYaml.Parser* _parser;
    private readonly Dictionary<string, YamlNode> _anchors = new(StringComparer.Ordinal);
    private LibYaml.Event _event;

    private YamlReader(LibYaml.Parser* parser) => _parser = parser;

    private YamlPlace Place => PlaceOf(_event.Start);

    /// <summary>The one document of a text; null when there is nothing in it. Throws <see cref="YamlException"/>.</summary>
    internal static YamlNode? Read(ReadOnlySpan<byte> text)
    {
        if (text.IsEmpty)
        {
            return null; // libyaml wants an address
        }
        var parser = (LibYaml.Parser*)NativeMemory.AllocZeroed(LibYaml.ParserSize);
        try
        {
            if (LibYaml.Initialize(parser) == 0)
            {
                throw new InvalidOperationException("libyaml: no memory");
            }
            fixed (byte* start = text)
            {
                LibYaml.SetInput(parser, start, (nuint)text.Length);
                var reader = new YamlReader(parser);
                try
                {
                    return reader.ReadStream();
                }
                finally
                {
                    reader.DropEvent();
                }
            }
        }
        finally
        {
            LibYaml.Delete(parser);
            NativeMemory.Free(parser);
        }
    }

    private YamlNode? ReadStream()
    {
        YamlNode? root = null;
        for (var kind = Next(); kind != LibYaml.Kind.StreamEnd; kind = Next())
        {
            if (kind != LibYaml.Kind.DocumentStart)
            {
                continue;
            }
            if (root is not null)
            {
                throw new YamlException(Place, "a second document begins; one file is one document");
            }
            Next();
            root = ReadNode(0);
        }
        return root is { IsNull: true } ? null : root;
    }

    // The event at hand is the first of the node; when it returns, it is the last.
    private YamlNode ReadNode(int depth)
    {
        var place = Place;
        if (depth > MaxDepth)
        {
            throw new YamlException(place, $"nested more than {MaxDepth} levels deep");
        }
        var anchor = Text(_event.Anchor);
        switch (_event.Kind)
        {
            case LibYaml.Kind.Alias:
                return _anchors.TryGetValue(anchor!, out var named)
                    ? named with { Place = place }
                    : throw new YamlException(place, $"nothing is called &{anchor} before this");
            case LibYaml.Kind.Scalar:
                return Keep(anchor, new YamlScalar(
                    place, Encoding.UTF8.GetString(_event.Value, (int)_event.Length), _event.Style == LibYaml.PlainStyle));
            case LibYaml.Kind.SequenceStart:
                return Keep(anchor, ReadSequence(place, depth));
            default:
                return Keep(anchor, ReadMapping(place, depth));
        }
    }

    private YamlSequence ReadSequence(YamlPlace place, int depth)
    {
        var items = new List<YamlNode>();
        while (Next() != LibYaml.Kind.SequenceEnd)
        {
            items.Add(ReadNode(depth + 1));
        }
        return new YamlSequence(place, items);
    }

    private YamlMapping ReadMapping(YamlPlace place, int depth)
    {
        var entries = new List<KeyValuePair<YamlScalar, YamlNode>>();
        var keys = new HashSet<string>(StringComparer.Ordinal);
        var merged = new List<YamlNode>();
        while (Next() != LibYaml.Kind.MappingEnd)
        {
            if (ReadNode(depth + 1) is not YamlScalar key)
            {
                throw new YamlException(Place, "a key must be a word, not a list or a map");
            }
            Next();
            var value = ReadNode(depth + 1);
            if (key is { IsPlain: true, Text: Merge })
            {
                merged.Add(value);
            }
            else if (keys.Add(key.Text))
            {
                entries.Add(new(key, value));
            }
            else
            {
                throw new YamlException(key.Place, $"{key.Text} stands here a second time");
            }
        }
        merged.ForEach(other => AddMerged(other, entries, keys));
        return new YamlMapping(place, entries);
    }

    // What stands in the mapping itself goes before what is merged into it.
    private static void AddMerged(YamlNode other, List<KeyValuePair<YamlScalar, YamlNode>> entries, HashSet<string> keys)
    {
        switch (other)
        {
            case YamlMapping mapping:
                entries.AddRange(mapping.Entries.Where(entry => keys.Add(entry.Key.Text)));
                break;
            case YamlSequence sequence when sequence.Items.All(item => item is YamlMapping):
                foreach (var item in sequence.Items)
                {
                    AddMerged(item, entries, keys);
                }
                break;
            default:
                throw new YamlException(other.Place, "<< merges a map, or a list of maps");
        }
    }

    private YamlNode Keep(string? anchor, YamlNode node)
    {
        if (anchor is not null)
        {
            _anchors[anchor] = node;
        }
        return node;
    }

    // What it points to is copied by now.
    private void DropEvent()
    {
        fixed (LibYaml.Event* used = &_event)
        {
            LibYaml.Delete(used);
        }
    }

    private LibYaml.Kind Next()
    {
        DropEvent();
        fixed (LibYaml.Event* next = &_event)
        {
            if (LibYaml.Parse(_parser, next) == 0)
            {
                throw new YamlException(PlaceOf(_parser->ProblemMark), Text(_parser->Problem) ?? "this is no YAML");
            }
            return next->Kind;
        }
    }

    private static YamlPlace PlaceOf(in LibYaml.Mark mark) => new((int)mark.Line + 1, (int)mark.Column + 1);

    private static string? Text(byte* text) => text is null ? null : Marshal.PtrToStringUTF8((nint)text);
}
