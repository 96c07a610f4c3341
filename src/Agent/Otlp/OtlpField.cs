// SPDX-License-Identifier: Apache-2.0
using System.Text;

namespace Agent.Otlp;

/// <summary>One field of a message of OTLP.</summary>
/// <param name="Name">In JSON.</param>
/// <param name="Nested">The message, of a message or a list.</param>
/// <param name="Choices">Names of an enum by value.</param>
/// <param name="Size">Of an id.</param>
internal sealed record OtlpField(
    int Number, string Name, OtlpKind Kind, Func<OtlpMessage>? Nested = null, string[]? Choices = null, int Size = 0)
{
    /// <summary><see cref="Name"/> in UTF-8.</summary>
    public byte[] Utf8Name { get; } = Encoding.UTF8.GetBytes(Name);

    /// <summary>Null unless this is a message or a list.</summary>
    public OtlpMessage? Message => field ??= Nested?.Invoke();

    /// <summary>Number and wire type as they stand before the value.</summary>
    public uint Tag => ((uint)Number << 3) | Kind switch
    {
        OtlpKind.BigNumber or OtlpKind.Fraction => 1u,
        OtlpKind.Flags => 5u,
        OtlpKind.Text or OtlpKind.Id or OtlpKind.Bytes or OtlpKind.Message or OtlpKind.List => ProtobufReader.BytesWire,
        _ => 0u,
    };
}
