// SPDX-License-Identifier: Apache-2.0
namespace Agent.Otlp;

/// <summary>The fields of one message of OTLP.</summary>
internal sealed class OtlpMessage
{
    private readonly OtlpField?[] _byNumber;

    /// <param name="isLarge">Usually of 128 bytes and more.</param>
    public OtlpMessage(bool isLarge, params OtlpField[] fields)
    {
        IsLarge = isLarge;
        Fields = fields;
        _byNumber = new OtlpField?[fields.Max(field => field.Number) + 1];
        foreach (var field in fields)
        {
            _byNumber[field.Number] = field;
        }
    }

    public bool IsLarge { get; }

    public OtlpField[] Fields { get; }

    /// <summary>Null: unknown here.</summary>
    public OtlpField? Find(int number) => (uint)number < (uint)_byNumber.Length ? _byNumber[number] : null;
}
