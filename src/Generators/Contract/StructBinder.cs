// SPDX-License-Identifier: Apache-2.0
using Generators.Common;

namespace Generators.Contract;

/// <summary>One struct: types, offsets, tags, and no byte without a name.</summary>
internal sealed class StructBinder(ContractScope scope, ContractNames names, List<Problem> problems)
{
    private const int LargestArray = 65536;

    private readonly StructLayout _layout = new();
    private readonly List<FieldModel> _fields = [];
    private readonly HashSet<string> _names = [];
    private readonly HashSet<string> _clrNames = [];
    private readonly HashSet<string> _keys = [];

    public StructModel Bind(StructSyntax syntax)
    {
        _clrNames.Add(Names.Pascal(syntax.Name));
        _clrNames.Add("StructSize");
        foreach (var field in syntax.Fields)
        {
            try
            {
                Field(syntax, field);
            }
            catch (ParseException e)
            {
                problems.Add(e.Problem);
            }
        }

        if (_layout.PaddingAtEnd > 0)
        {
            Report(Diagnostics.PaddingAtEnd, syntax.At, syntax.Name, _layout.PaddingAtEnd);
        }

        var size = _layout.Offset + _layout.PaddingAtEnd;
        return new StructModel(syntax.Name, Names.Pascal(syntax.Name), size, _layout.Alignment, new(_fields), syntax.Doc);
    }

    private void Field(StructSyntax parent, FieldSyntax syntax)
    {
        var type = scope.Type(syntax.Type);
        if (type is StructModel { Flexible: not null })
        {
            Report(Diagnostics.FlexibleUse, syntax.At, syntax.Name);
        }

        var count = Count(parent, syntax, type);
        var padding = _layout.PaddingBefore(type.Alignment);
        if (padding > 0)
        {
            Report(Diagnostics.PaddingBefore, syntax.At, syntax.Name, padding);
        }

        var offset = _layout.Place(type.Size * (count ?? 1), type.Alignment);
        CheckTag(syntax, type, count);
        if (names.AddField(syntax.Name, syntax.At, _names, _clrNames))
        {
            var use = new FieldTypeModel(syntax.Type.Keyword, type.ClrName, type.Size, type is ScalarModel { IsText: true });
            _fields.Add(new FieldModel(syntax.Name, Names.Pascal(syntax.Name), use, count, offset, syntax.Tag?.Key, syntax.Doc));
        }
    }

    private int? Count(StructSyntax parent, FieldSyntax syntax, ITypeModel type)
    {
        if (syntax.Array is null)
        {
            return null;
        }

        if (syntax.Array.Size is null)
        {
            var last = parent.Fields[parent.Fields.Count - 1];
            if (!ReferenceEquals(last, syntax) || parent.Fields.Count == 1)
            {
                Report(Diagnostics.FlexibleNotLast, syntax.At, syntax.Name);
            }
            else if (type.ClrName != "byte" || !EventBinder.IsEvent(parent.Name))
            {
                Report(Diagnostics.FlexibleUse, syntax.At, syntax.Name);
            }

            return 0;
        }

        var size = scope.Value(syntax.Array.Size);
        return size is >= 1 and <= LargestArray
            ? (int)size
            : throw new ParseException(new Problem(Diagnostics.ArraySize, syntax.At, syntax.Name, size));
    }

    private void CheckTag(FieldSyntax syntax, ITypeModel type, int? count)
    {
        if (syntax.Tag is null)
        {
            return;
        }

        var isText = type is ScalarModel { IsText: true } && count > 0;
        var isNumber = type is ScalarModel { IsText: false } or EnumModel && count is null;
        if (!isText && !isNumber)
        {
            Report(Diagnostics.TagType, syntax.At, syntax.Name);
        }

        if (syntax.Tag.Key == "" || !_keys.Add(syntax.Tag.Key))
        {
            Report(Diagnostics.TagKey, syntax.Tag.At, syntax.Tag.Key);
        }
    }

    private void Report(Microsoft.CodeAnalysis.DiagnosticDescriptor rule, Position at, params object[] arguments) =>
        problems.Add(new Problem(rule, at, arguments));
}
