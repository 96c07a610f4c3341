// SPDX-License-Identifier: Apache-2.0
// Ties each `struct x_event` to its EVENT_X, both ways, so that neither can be forgotten.
using Generators.Common;

namespace Generators.Contract;

/// <summary>Finds the events among the structs.</summary>
internal sealed class EventBinder(List<Problem> problems)
{
    private const string Suffix = "_event";
    private const string Prefix = "EVENT_";
    private const string None = "EVENT_NONE";
    private const string KindEnum = "event_kind";
    private const string Header = "event_header";

    private readonly Dictionary<string, Position> _places = [];

    public static bool IsEvent(string structName) => structName.EndsWith(Suffix, StringComparison.Ordinal);

    public void See(StructSyntax syntax) => _places[syntax.Name] = syntax.At;

    public void See(EnumSyntax syntax)
    {
        foreach (var member in syntax.Members)
        {
            _places[member.Name] = member.At;
        }
    }

    public IReadOnlyList<EventModel> Bind(IReadOnlyList<EnumModel> enums, IReadOnlyList<StructModel> structs)
    {
        var kinds = enums.FirstOrDefault(@enum => @enum.Name == KindEnum)?.Members.ToDictionary(member => member.Name) ?? [];
        var header = structs.FirstOrDefault(@struct => @struct.Name == Header);
        if (header is not null && !HasHeaderShape(header))
        {
            Report(Diagnostics.HeaderShape, Header);
            header = null;
        }

        var events = new List<EventModel>();
        foreach (var @struct in structs.Where(@struct => IsEvent(@struct.Name)))
        {
            var kindName = Prefix + @struct.Name.Substring(0, @struct.Name.Length - Suffix.Length).ToUpperInvariant();
            if (!kinds.TryGetValue(kindName, out var kind))
            {
                Report(Diagnostics.EventWithoutValue, @struct.Name, @struct.Name, kindName);
                continue;
            }

            kinds.Remove(kindName);
            if (@struct.Fields.Count == 0 || @struct.Fields[0] is not { Name: "header", Type.ClrName: "EventHeader", Count: null })
            {
                Report(Diagnostics.EventHeader, @struct.Name, @struct.Name);
            }
            else if (header is not null)
            {
                var name = Names.Pascal(@struct.Name.Substring(0, @struct.Name.Length - Suffix.Length));
                events.Add(new EventModel(name, @struct.ClrName, kind.ClrName));
            }
        }

        foreach (var kind in kinds.Keys.Where(name => name != None))
        {
            var structName = kind.Substring(Prefix.Length).ToLowerInvariant() + Suffix;
            Report(Diagnostics.ValueWithoutEvent, kind, kind, structName);
        }

        return events;
    }

    private static bool HasHeaderShape(StructModel header) =>
        header.Fields.Any(field => field is { Name: "kind", Type.ClrName: "EventKind", Count: null }) &&
        header.Fields.Any(field => field is { Name: "size", Type.ClrName: "uint", Count: null });

    private void Report(Microsoft.CodeAnalysis.DiagnosticDescriptor rule, string place, params object[] arguments) =>
        problems.Add(new Problem(rule, _places[place], arguments));
}
