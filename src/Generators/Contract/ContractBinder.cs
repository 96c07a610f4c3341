// SPDX-License-Identifier: Apache-2.0
// Headers to one contract: follows includes, resolves names, and keeps the rules that need to see
// more than one declaration. A declaration with a mistake is reported and left out.
using Generators.Common;

namespace Generators.Contract;

/// <summary>The contract as far as it could be understood, and what could not be.</summary>
internal sealed record BoundContract(ContractModel Model, EquatableArray<Problem> Problems);

/// <summary>Binds all headers together.</summary>
internal sealed class ContractBinder
{
    private readonly Dictionary<string, HeaderSyntax> _files = [];
    private readonly Dictionary<string, ContractScope?> _scopes = [];
    private readonly List<Problem> _problems = [];
    private readonly List<ConstantModel> _constants = [];
    private readonly List<EnumModel> _enums = [];
    private readonly List<StructModel> _structs = [];
    private readonly ContractNames _names;
    private readonly EventBinder _events;

    private ContractBinder()
    {
        _names = new ContractNames(_problems);
        _events = new EventBinder(_problems);
    }

    public static BoundContract Bind(IEnumerable<HeaderSyntax> files)
    {
        var binder = new ContractBinder();
        return binder.Run(files.OrderBy(file => file.FileName, StringComparer.Ordinal).ToArray());
    }

    private BoundContract Run(HeaderSyntax[] files)
    {
        foreach (var file in files)
        {
            _files[file.FileName] = file;
            _problems.AddRange(file.Problems);
        }

        foreach (var file in files)
        {
            Scope(file);
        }

        var events = _events.Bind(_enums, _structs);
        var model = new ContractModel(new(_constants), new(_enums), new(_structs), new(events));
        return new BoundContract(model, new(_problems));
    }

    /// <summary>What a file that includes this one can name. Null while the file itself is being bound.</summary>
    private ContractScope? Scope(HeaderSyntax file)
    {
        if (_scopes.TryGetValue(file.FileName, out var known))
        {
            return known;
        }

        _scopes[file.FileName] = null;
        var scope = new ContractScope();
        foreach (var include in file.Includes)
        {
            if (!_files.TryGetValue(include.FileName, out var other))
            {
                _problems.Add(new Problem(Diagnostics.MissingInclude, include.At, include.FileName));
            }
            else if (Scope(other) is { } included)
            {
                scope.Include(included);
            }
            else
            {
                _problems.Add(new Problem(Diagnostics.IncludeCycle, include.At, include.FileName));
            }
        }

        foreach (var declaration in file.Declarations)
        {
            Declare(declaration, scope);
        }

        return _scopes[file.FileName] = scope;
    }

    private void Declare(DeclarationSyntax declaration, ContractScope scope)
    {
        try
        {
            switch (declaration)
            {
                case ConstantSyntax constant:
                    Constant(constant, scope);
                    break;
                case EnumSyntax @enum:
                    Enum(@enum, scope);
                    break;
                case StructSyntax @struct:
                    Struct(@struct, scope);
                    break;
            }
        }
        catch (ParseException e)
        {
            _problems.Add(e.Problem);
        }
    }

    private void Constant(ConstantSyntax syntax, ContractScope scope)
    {
        var value = scope.Value(syntax.Value);
        if (_names.AddConstant(syntax.Name, syntax.At))
        {
            scope.Add(syntax.Name, value);
            _constants.Add(new ConstantModel(syntax.Name, Names.Pascal(syntax.Name), value, syntax.Doc));
        }
    }

    private void Enum(EnumSyntax syntax, ContractScope scope)
    {
        if (syntax.Underlying is null || scope.Type(syntax.Underlying) is not ScalarModel { IsText: false } underlying)
        {
            throw new ParseException(new Problem(Diagnostics.EnumWithoutType, syntax.At, syntax.Name));
        }

        var prefix = Names.EnumPrefix(syntax.Name, syntax.Members.Select(member => member.Name))
            ?? throw new ParseException(new Problem(Diagnostics.EnumPrefix, syntax.At, syntax.Name));
        var clrNames = new HashSet<string>();
        var members = new List<MemberModel>();
        decimal next = 0;
        foreach (var member in syntax.Members)
        {
            var value = member.Value is null ? next : scope.Value(member.Value);
            if (value < underlying.Min || value > underlying.Max)
            {
                throw new ParseException(new Problem(Diagnostics.EnumValue, member.At, syntax.Name, $"{member.Name} = {value}"));
            }

            var bare = member.Name.Substring(prefix.Length);
            if (_names.AddMember(member.Name, member.At, Names.Pascal(bare), clrNames))
            {
                scope.Add(member.Name, value);
                members.Add(new MemberModel(member.Name, Names.Pascal(bare), bare.ToLowerInvariant(), value, member.Doc));
            }

            next = value + 1;
        }

        if (_names.AddType(syntax.Name, syntax.At))
        {
            var model = new EnumModel(syntax.Name, Names.Pascal(syntax.Name), underlying, new(members), syntax.Doc);
            _enums.Add(model);
            scope.Add(model);
            _events.See(syntax);
        }
    }

    private void Struct(StructSyntax syntax, ContractScope scope)
    {
        var model = new StructBinder(scope, _names, _problems).Bind(syntax);
        if (_names.AddType(syntax.Name, syntax.At))
        {
            _structs.Add(model);
            scope.Add(model);
            _events.See(syntax);
        }
    }
}
