// SPDX-License-Identifier: Apache-2.0
namespace Agent.Otlp;

/// <summary>How the value of a field is written, in protobuf and in JSON.</summary>
internal enum OtlpKind
{
    /// <summary>UTF-8.</summary>
    Text,

    /// <summary>A varint of 32 bits; a number in JSON.</summary>
    Number,

    /// <summary>An enum.</summary>
    Choice,

    /// <summary>Four bytes; a number in JSON.</summary>
    Flags,

    Truth,

    /// <summary>Bytes of one size; hexadecimal in JSON.</summary>
    Id,

    /// <summary>Base64 in JSON.</summary>
    Bytes,

    /// <summary>Eight bytes; text in JSON.</summary>
    BigNumber,

    /// <summary>A varint of 64 bits with a sign; text in JSON.</summary>
    BigInteger,

    Fraction,

    Message,

    /// <summary>Of messages.</summary>
    List,
}
