// SPDX-License-Identifier: Apache-2.0
using Agent.Otlp;

namespace Agent.Tracing;

/// <summary>Walks the attributes of an encoded span or resource. Only text and integers are written here.</summary>
internal ref struct AttributeReader(ReadOnlySpan<byte> message, int attributesField)
{
    private ProtobufReader _fields = new(message);

    public ReadOnlySpan<byte> Key { get; private set; }

    public bool IsText { get; private set; }

    public ReadOnlySpan<byte> Text { get; private set; }

    public long Integer { get; private set; }

    public bool Next()
    {
        while (_fields.Next())
        {
            if (_fields.Field == attributesField)
            {
                Take(_fields.Bytes);
                return true;
            }
        }

        return false;
    }

    private void Take(ReadOnlySpan<byte> pair)
    {
        Key = default;
        var fields = new ProtobufReader(pair);
        while (fields.Next())
        {
            if (fields.Field == KeyValueFields.Key)
            {
                Key = fields.Bytes;
            }
            else if (fields.Field == KeyValueFields.Value)
            {
                TakeValue(fields.Bytes);
            }
        }
    }

    private void TakeValue(ReadOnlySpan<byte> value)
    {
        Text = default;
        Integer = 0;
        IsText = false;
        var fields = new ProtobufReader(value);
        if (fields.Next())
        {
            IsText = fields.Field == AnyValueFields.StringValue;
            Text = fields.Bytes;
            Integer = (long)fields.Number;
        }
    }
}
