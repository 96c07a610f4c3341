// SPDX-License-Identifier: Apache-2.0
// The attribute writer generated from the real contract, compared with the tags its layout table names.
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Agent.Contract;
using Agent.Tracing;

namespace Generators.Tests.Contract;

/// <summary>One attribute per tagged field, none for zero.</summary>
public sealed class AttributeWriterTests
{
    private static readonly Agent.Contract.StructLayout Layout =
        ContractLayout.Structs.Single(layout => layout.Name == "exchange_event");

    [Fact]
    public void Zero_is_not_written() => Assert.Empty(Written(new byte[ExchangeEvent.Size]));

    [Fact]
    public void Every_tagged_field_writes_its_own_key_and_value()
    {
        var tagged = Layout.Fields.Where(field => field.Otlp is not null).ToArray();
        Assert.NotEmpty(tagged);
        Assert.All(tagged, field =>
        {
            var record = new byte[ExchangeEvent.Size];
            record[field.Offset] = 1;
            var (key, value) = Assert.Single(Written(record));
            Assert.Equal(field.Otlp, key);
            Assert.Equal(EnumText(field.Name) ?? (object)1L, value);
        });
    }

    [Fact]
    public void A_field_without_tag_writes_nothing()
    {
        Assert.All(Layout.Fields.Where(field => field.Otlp is null), field =>
        {
            var record = new byte[ExchangeEvent.Size];
            record.AsSpan(field.Offset, field.Size).Fill(1);
            Assert.Empty(Written(record));
        });
    }

    [Fact]
    public void A_value_the_enum_does_not_know_is_not_written()
    {
        var record = new byte[ExchangeEvent.Size];
        record[Layout.Fields.Single(field => field.Name == "link").Offset] = 200;
        Assert.Empty(Written(record));
    }

    /// <summary>The member with value 1 of an enum field, as an attribute spells it.</summary>
    private static string? EnumText(string field) => ContractLayout.Enums
        .FirstOrDefault(layout => layout.Name == field)?.Members
        .Single(member => member.Value == 1).Name[(field.Length + 1)..].ToLowerInvariant();

    private static List<(string Key, object Value)> Written(byte[] record)
    {
        var attributes = new List<(string, object)>();
        var span = new SpanWriter(attributes);
        ExchangeEventAttributes.Write(in Unsafe.As<byte, ExchangeEvent>(ref MemoryMarshal.GetArrayDataReference(record)), ref span);
        return attributes;
    }
}
