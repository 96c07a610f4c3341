// SPDX-License-Identifier: Apache-2.0
// The calls into libyaml that reading needs, and the shapes they fill. Why libyaml: it is in every distribution, and costs 0.1 MB
// of the binary where a parser written in C# costs 1.5.
using System.Runtime.InteropServices;

namespace Agent.Config.Yaml;

/// <summary>libyaml 0.2, linked statically. Names are its own, so its documentation applies.</summary>
internal static unsafe partial class LibYaml
{
    private const string Library = "libyaml";

    /// <summary>More than a yaml_parser_t has, which is 480.</summary>
    internal const int ParserSize = 1024;

    internal const int PlainStyle = 1; /* YAML_PLAIN_SCALAR_STYLE */

    /// <summary>1: it can be used.</summary>
    [LibraryImport(Library, EntryPoint = "yaml_parser_initialize")]
    internal static partial int Initialize(Parser* parser);

    /// <summary>The text must stay where it is while it is read.</summary>
    [LibraryImport(Library, EntryPoint = "yaml_parser_set_input_string")]
    internal static partial void SetInput(Parser* parser, byte* input, nuint size);

    /// <summary>1: there is an event, to be deleted after use. 0: the text is wrong, the parser says where.</summary>
    [LibraryImport(Library, EntryPoint = "yaml_parser_parse")]
    internal static partial int Parse(Parser* parser, Event* next);

    [LibraryImport(Library, EntryPoint = "yaml_event_delete")]
    internal static partial void Delete(Event* used);

    [LibraryImport(Library, EntryPoint = "yaml_parser_delete")]
    internal static partial void Delete(Parser* parser);

    /// <summary>yaml_event_type_t.</summary>
    internal enum Kind
    {
        None,
        StreamStart,
        StreamEnd,
        DocumentStart,
        DocumentEnd,
        Alias,
        Scalar,
        SequenceStart,
        SequenceEnd,
        MappingStart,
        MappingEnd,
    }

    /// <summary>yaml_mark_t: both count from 0.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal readonly struct Mark
    {
        internal readonly nuint Index;
        internal readonly nuint Line;
        internal readonly nuint Column;
    }

    /// <summary>The beginning of yaml_parser_t: what it says about an error.</summary>
    [StructLayout(LayoutKind.Explicit, Size = ParserSize)]
    internal struct Parser
    {
        [FieldOffset(8)]
        internal byte* Problem;

        [FieldOffset(32)]
        internal Mark ProblemMark;
    }

    /// <summary>yaml_event_t.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 104)]
    internal struct Event
    {
        [FieldOffset(0)]
        internal Kind Kind;

        /// <summary>Of scalars, sequences, mappings and aliases.</summary>
        [FieldOffset(8)]
        internal byte* Anchor;

        /// <summary>Of a scalar, like all below.</summary>
        [FieldOffset(24)]
        internal byte* Value;

        [FieldOffset(32)]
        internal nuint Length;

        [FieldOffset(48)]
        internal int Style;

        [FieldOffset(56)]
        internal Mark Start;
    }
}
