// SPDX-License-Identifier: Apache-2.0
using Generators.Common;

namespace Generators.Contract;

/// <summary>Every name of the contract once, in C and in C#.</summary>
internal sealed class ContractNames(List<Problem> problems)
{
    private readonly HashSet<string> _tags = [];
    private readonly HashSet<string> _values = [];
    private readonly HashSet<string> _constants = [];
    private readonly HashSet<string> _types =
        ["Constants", "IEventHandler", "EventDecoder", "ContractLayout", "StructLayout", "FieldLayout", "EnumLayout", "EnumMember"];

    public bool AddType(string name, Position at) => Add(name, at, Names.Pascal(name), _tags, _types);

    public bool AddConstant(string name, Position at) => Add(name, at, Names.Pascal(name), _values, _constants);

    /// <summary>C keeps all members of all enums in one pot; C# one pot per enum.</summary>
    public bool AddMember(string name, Position at, string clrName, HashSet<string> clrNames) =>
        Add(name, at, clrName, _values, clrNames);

    public bool AddField(string name, Position at, HashSet<string> names, HashSet<string> clrNames) =>
        Add(name, at, Names.Pascal(name), names, clrNames);

    private bool Add(string name, Position at, string clrName, HashSet<string> names, HashSet<string> clrNames)
    {
        if (!names.Add(name))
        {
            problems.Add(new Problem(Diagnostics.Duplicate, at, name));
            return false;
        }

        if (!clrNames.Add(clrName))
        {
            problems.Add(new Problem(Diagnostics.NameClash, at, name, clrName));
            return false;
        }

        return true;
    }
}
