// SPDX-License-Identifier: Apache-2.0
using Agent.Otlp;

namespace Agent.Tracing;

/// <summary>Walks the attributes of an encoded span or resource. Only texts, lists of texts and integers are written here.</summary>
internal ref struct AttributeReader(ReadOnlySpan<byte> message, int attributesField)
{
    private ProtobufReader _fields = new(message);
    private ProtobufReader _list;

    public ReadOnlySpan<byte> Key { get; private set; }

    public bool IsText { get; private set; }

    /// <summary><see cref="NextText"/> walks through it.</summary>
    public bool IsList { get; private set; }

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

    /// <summary>Makes the next text of a list <see cref="Text"/>; false when there is none.</summary>
    public bool NextText()
    {
        if (!_list.Next())
        {
            return false;
        }

        var value = new ProtobufReader(_list.Bytes);
        Text = value.Next() ? value.Bytes : default;
        return true;
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
        IsText = IsList = false;
        var fields = new ProtobufReader(value);
        if (fields.Next())
        {
            IsText = fields.Field == AnyValueFields.StringValue;
            IsList = fields.Field == AnyValueFields.ArrayValue;
            _list = new ProtobufReader(IsList ? fields.Bytes : default);
            Text = fields.Bytes;
            Integer = (long)fields.Number;
        }
    }
}
