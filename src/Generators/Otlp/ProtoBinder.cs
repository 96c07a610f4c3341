// SPDX-License-Identifier: Apache-2.0
using Generators.Common;

namespace Generators.Otlp;

/// <summary>The schema as far as it could be understood, and what could not be.</summary>
internal sealed record BoundProto(ProtoModel Model, EquatableArray<Problem> Problems);

/// <summary>Files to one schema: follows imports and resolves type names.</summary>
internal sealed class ProtoBinder
{
    private const int LargestNumber = 536_870_911;

    private readonly Dictionary<string, ProtoSymbols> _symbols = [];
    private readonly List<Problem> _problems = [];
    private readonly List<MessageModel> _messages = [];
    private readonly List<EnumModel> _enums = [];
    private readonly HashSet<string> _clrNames = ["ProtobufWriter", "ProtobufToken"];

    public static BoundProto Bind(IEnumerable<ProtoSyntax> files)
    {
        var binder = new ProtoBinder();
        binder.Run(files.OrderBy(file => file.Path, StringComparer.Ordinal).ToArray());
        return new(new(new(binder._messages), new(binder._enums)), new(binder._problems));
    }

    private void Run(ProtoSyntax[] files)
    {
        foreach (var file in files)
        {
            _problems.AddRange(file.Problems);
            _symbols[file.Path] = new ProtoSymbols(file);
        }

        foreach (var file in files)
        {
            var visible = new List<ProtoSymbols> { _symbols[file.Path] };
            foreach (var import in file.Imports)
            {
                var path = _symbols.Keys.FirstOrDefault(known => known.EndsWith("/" + import.Path, StringComparison.Ordinal) || known == import.Path);
                if (path is null)
                {
                    _problems.Add(new Problem(Diagnostics.ProtoImport, import.At, import.Path));
                }
                else
                {
                    visible.Add(_symbols[path]);
                }
            }

            Declare(file.Package, "", file.Messages, file.Enums, visible);
        }
    }

    private void Declare(
        string scope,
        string outer,
        IEnumerable<MessageSyntax> messages,
        IEnumerable<EnumSyntax> enums,
        IReadOnlyList<ProtoSymbols> visible)
    {
        foreach (var syntax in enums)
        {
            Enum(syntax, scope, ProtoSymbols.ClrName(outer, syntax.Name));
        }

        foreach (var syntax in messages)
        {
            var clrName = ProtoSymbols.ClrName(outer, syntax.Name);
            var name = ProtoSymbols.Join(scope, syntax.Name);
            Message(syntax, name, clrName, visible);
            Declare(name, clrName, syntax.Messages, syntax.Enums, visible);
        }
    }

    private void Enum(EnumSyntax syntax, string scope, string clrName)
    {
        var prefix = Names.EnumPrefix(syntax.Name, syntax.Values.Select(value => value.Name)) ?? "";
        var values = new List<EnumValueModel>();
        var names = new HashSet<string>();
        foreach (var value in syntax.Values)
        {
            var name = Names.Pascal(value.Name.Substring(prefix.Length));
            if (!names.Add(name))
            {
                Report(Diagnostics.ProtoDuplicate, value.At, value.Name, syntax.Name);
            }
            else if (value.Number is < int.MinValue or > int.MaxValue)
            {
                Report(Diagnostics.ProtoNumber, value.At, value.Number, syntax.Name);
            }
            else
            {
                values.Add(new(name, value.Number));
            }
        }

        if (AddName(syntax.At, syntax.Name, clrName))
        {
            _enums.Add(new(ProtoSymbols.Join(scope, syntax.Name), clrName, new(values)));
        }
    }

    private void Message(MessageSyntax syntax, string name, string clrName, IReadOnlyList<ProtoSymbols> visible)
    {
        var fields = new List<FieldModel>();
        var names = new HashSet<string>();
        var numbers = new HashSet<long>();
        foreach (var field in syntax.Fields)
        {
            var isReserved = field.Number is < 1 or > LargestNumber or (>= 19000 and <= 19999) ||
                syntax.Reserved.Any(range => field.Number >= range.First && field.Number <= range.Last);
            if (isReserved)
            {
                Report(Diagnostics.ProtoNumber, field.At, field.Number, syntax.Name);
            }
            else if (!names.Add(Names.Pascal(field.Name)))
            {
                Report(Diagnostics.ProtoDuplicate, field.At, field.Name, syntax.Name);
            }
            else if (!numbers.Add(field.Number))
            {
                Report(Diagnostics.ProtoDuplicate, field.At, field.Number, syntax.Name);
            }
            else if (Resolve(field.Type, name, visible) is not { } type)
            {
                Report(Diagnostics.ProtoUnknownType, field.At, field.Type);
            }
            else
            {
                var enumName = type.Kind == FieldKind.Enum ? type.ClrName : null;
                fields.Add(new(
                    field.Name,
                    Names.Pascal(field.Name),
                    (int)field.Number,
                    type.Kind,
                    enumName,
                    field.IsRepeated || field.HasPresence));
            }
        }

        if (AddName(syntax.At, syntax.Name, clrName + "Fields"))
        {
            _messages.Add(new(name, clrName, new(fields)));
        }
    }

    private static ProtoSymbol? Resolve(string type, string scope, IReadOnlyList<ProtoSymbols> visible)
    {
        if (ProtoSymbols.Scalar(type) is { } scalar)
        {
            return scalar;
        }

        if (type[0] == '.')
        {
            return Find(type.Substring(1), visible);
        }

        for (; ; scope = scope.Substring(0, Math.Max(0, scope.LastIndexOf('.'))))
        {
            var found = Find(ProtoSymbols.Join(scope, type), visible);
            if (found is not null || scope == "")
            {
                return found;
            }
        }
    }

    private static ProtoSymbol? Find(string name, IReadOnlyList<ProtoSymbols> visible) =>
        visible.Select(symbols => symbols.Find(name)).FirstOrDefault(symbol => symbol is not null);

    private bool AddName(Position at, string name, string clrName)
    {
        var isNew = _clrNames.Add(clrName);
        if (!isNew)
        {
            Report(Diagnostics.ProtoNameClash, at, name, clrName);
        }

        return isNew;
    }

    private void Report(Microsoft.CodeAnalysis.DiagnosticDescriptor rule, Position at, params object[] arguments) =>
        _problems.Add(new Problem(rule, at, arguments));
}
