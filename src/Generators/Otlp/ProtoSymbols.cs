// SPDX-License-Identifier: Apache-2.0
namespace Generators.Otlp;

/// <summary>A type by its kind and, for messages and enums, its name in C#.</summary>
internal sealed record ProtoSymbol(FieldKind Kind, string ClrName);

/// <summary>The types one file declares, under their complete names.</summary>
internal sealed class ProtoSymbols
{
    private static readonly Dictionary<string, ProtoSymbol> Scalars = System.Enum.GetValues(typeof(FieldKind))
        .Cast<FieldKind>()
        .Where(kind => kind is not (FieldKind.Enum or FieldKind.Message))
        .ToDictionary(kind => kind.ToString().ToLowerInvariant(), kind => new ProtoSymbol(kind, ""));

    private readonly Dictionary<string, ProtoSymbol> _symbols = [];

    public ProtoSymbols(ProtoSyntax file) => Add(file.Package, "", file.Messages, file.Enums);

    public static ProtoSymbol? Scalar(string name) => Scalars.TryGetValue(name, out var symbol) ? symbol : null;

    public static string Join(string scope, string name) => scope == "" ? name : scope + "." + name;

    /// <summary>Span.Event is SpanEvent; Span.SpanKind has the outer name already.</summary>
    public static string ClrName(string outer, string name) =>
        name.StartsWith(outer, StringComparison.Ordinal) ? name : outer + name;

    public ProtoSymbol? Find(string name) => _symbols.TryGetValue(name, out var symbol) ? symbol : null;

    private void Add(string scope, string outer, IEnumerable<MessageSyntax> messages, IEnumerable<EnumSyntax> enums)
    {
        foreach (var syntax in enums)
        {
            _symbols[Join(scope, syntax.Name)] = new(FieldKind.Enum, ClrName(outer, syntax.Name));
        }

        foreach (var syntax in messages)
        {
            var name = Join(scope, syntax.Name);
            var clrName = ClrName(outer, syntax.Name);
            _symbols[name] = new(FieldKind.Message, clrName);
            Add(name, clrName, syntax.Messages, syntax.Enums);
        }
    }
}
