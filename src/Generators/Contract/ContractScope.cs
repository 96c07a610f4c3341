// SPDX-License-Identifier: Apache-2.0
using Generators.Common;

namespace Generators.Contract;

/// <summary>What one header can name: what it and its includes have declared so far.</summary>
internal sealed class ContractScope
{
    private static readonly Dictionary<string, ScalarModel> Scalars = new[]
    {
        new ScalarModel("__u8", "byte", 1, byte.MinValue, byte.MaxValue),
        new ScalarModel("__u16", "ushort", 2, ushort.MinValue, ushort.MaxValue),
        new ScalarModel("__u32", "uint", 4, uint.MinValue, uint.MaxValue),
        new ScalarModel("__u64", "ulong", 8, ulong.MinValue, ulong.MaxValue),
        new ScalarModel("__s8", "sbyte", 1, sbyte.MinValue, sbyte.MaxValue),
        new ScalarModel("__s16", "short", 2, short.MinValue, short.MaxValue),
        new ScalarModel("__s32", "int", 4, int.MinValue, int.MaxValue),
        new ScalarModel("__s64", "long", 8, long.MinValue, long.MaxValue),
        new ScalarModel("char", "byte", 1, byte.MinValue, byte.MaxValue),
    }.ToDictionary(scalar => scalar.Name);

    private readonly Dictionary<string, ITypeModel> _types = [];
    private readonly Dictionary<string, decimal> _constants = [];

    /// <summary>Takes over what an included header can name.</summary>
    public void Include(ContractScope other)
    {
        foreach (var pair in other._types)
        {
            _types[pair.Key] = pair.Value;
        }

        foreach (var pair in other._constants)
        {
            _constants[pair.Key] = pair.Value;
        }
    }

    public void Add(EnumModel type) => _types["enum " + type.Name] = type;

    public void Add(StructModel type) => _types["struct " + type.Name] = type;

    public void Add(string constant, decimal value) => _constants[constant] = value;

    /// <summary>The type, or a thrown diagnostic.</summary>
    public ITypeModel Type(TypeSyntax syntax)
    {
        if (syntax.Keyword == TypeKeyword.None)
        {
            return Scalars.TryGetValue(syntax.Name, out var scalar)
                ? scalar
                : throw new ParseException(new Problem(Diagnostics.UnsizedType, syntax.At, syntax.Name));
        }

        var name = (syntax.Keyword == TypeKeyword.Enum ? "enum " : "struct ") + syntax.Name;
        return _types.TryGetValue(name, out var type)
            ? type
            : throw new ParseException(new Problem(Diagnostics.UnknownType, syntax.At, name));
    }

    /// <summary>The value, or a thrown diagnostic.</summary>
    public decimal Value(ExpressionSyntax syntax) =>
        syntax.Name is null ? syntax.Number
        : _constants.TryGetValue(syntax.Name, out var value) ? value
        : throw new ParseException(new Problem(Diagnostics.UnknownConstant, syntax.At, syntax.Name));
}
