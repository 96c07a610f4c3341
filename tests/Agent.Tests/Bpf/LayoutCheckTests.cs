// SPDX-License-Identifier: Apache-2.0
using Agent.Bpf;
using Agent.Contract;

namespace Agent.Tests.Bpf;

/// <summary>The contract of the agent against the types of the built objects; each kind of difference once.</summary>
public class LayoutCheckTests
{
    private static readonly string[] Objects = ["sockets", "sockmap", "reenrol", "fionread", "process", "go"];

    public static TheoryData<string> Names => [.. Objects];

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_object_fits_the_agent(string name)
    {
        using var bpfObject = BpfObject.Open(name);
        LayoutCheck.Require(name, bpfObject.Layout);
    }

    [Fact]
    public void Every_struct_of_the_contract_is_seen_in_some_object()
    {
        var seen = new HashSet<string>();
        foreach (var name in Objects)
        {
            using var bpfObject = BpfObject.Open(name);
            seen.UnionWith(ContractLayout.Structs.Select(layout => layout.Name)
                .Where(layout => bpfObject.Layout.TryFindStruct(layout, out _)));
        }
        Assert.Equal(ContractLayout.Structs.Select(layout => layout.Name).Order(), seen.Order());
    }

    [Fact]
    public void A_struct_of_another_size_is_refused()
    {
        var message = Refusal(Exchange() with { Size = 1000 });
        Assert.Contains("struct exchange_event: size is", message, StringComparison.Ordinal);
        Assert.Contains("1000 in the agent", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_member_at_another_offset_is_refused()
    {
        var message = Refusal(WithField("start_ns", field => field with { Offset = field.Offset + 4 }));
        Assert.Contains("struct exchange_event.start_ns: offset is", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_member_of_another_size_is_refused()
    {
        var message = Refusal(WithField("status", field => field with { Size = 4 }));
        Assert.Contains("struct exchange_event.status: size is 2 in the object and 4 in the agent", message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_member_of_another_name_is_refused()
    {
        var message = Refusal(WithField("tid", field => field with { Name = "thread" }));
        Assert.Contains("name is tid in the object and thread in the agent", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_member_with_another_attribute_is_refused()
    {
        var message = Refusal(WithField("pid", field => field with { Otlp = "process.id" }));
        Assert.Contains("tag is otlp:process.pid in the object and otlp:process.id in the agent", message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void An_enum_member_with_another_value_is_refused()
    {
        var counter = ContractLayout.Enums.Single(layout => layout.Name == "counter");
        var members = counter.Members.Select(member =>
            member.Name == "COUNTER_INJECTED" ? member with { Value = member.Value + 1 } : member);
        var message = Refusal([], [counter with { Members = [.. members] }]);
        Assert.Contains("enum counter: COUNTER_INJECTED is", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_variable_is_found_with_its_size()
    {
        using var sockets = BpfObject.Open("sockets");
        Assert.True(sockets.Layout.TryFindVariable(".rodata", "settings", out var settings));
        Assert.Equal(Settings.Size, settings.Size);
        Assert.False(sockets.Layout.TryFindVariable(".rodata", "no such thing", out _));
    }

    private static StructLayout Exchange() => ContractLayout.Structs.Single(layout => layout.Name == "exchange_event");

    private static StructLayout WithField(string name, Func<FieldLayout, FieldLayout> change)
    {
        var layout = Exchange();
        Assert.Contains(layout.Fields, field => field.Name == name);
        return layout with { Fields = [.. layout.Fields.Select(field => field.Name == name ? change(field) : field)] };
    }

    private static string Refusal(StructLayout layout) => Refusal([layout], []);

    private static string Refusal(StructLayout[] structs, EnumLayout[] enums)
    {
        using var sockets = BpfObject.Open("sockets");
        return Assert.Throws<InvalidOperationException>(
            () => LayoutCheck.Require("sockets", sockets.Layout, structs, enums)).Message;
    }
}
