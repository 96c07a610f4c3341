// SPDX-License-Identifier: Apache-2.0
using Agent.Otlp;

namespace Agent.Delivery.Exporters;

/// <summary>Walks the KeyValue messages in one field of a message, whatever their values are.</summary>
internal ref struct KeyValueReader(ReadOnlySpan<byte> message, int field)
{
    private ProtobufReader _fields = new(message);

    public ReadOnlySpan<byte> Key { get; private set; }

    /// <summary>An AnyValue message.</summary>
    public ReadOnlySpan<byte> Value { get; private set; }

    public bool Next()
    {
        while (_fields.Next())
        {
            if (_fields.Field == field)
            {
                Take(_fields.Bytes);
                return true;
            }
        }

        return false;
    }

    private void Take(ReadOnlySpan<byte> pair)
    {
        Key = Value = default;
        var fields = new ProtobufReader(pair);
        while (fields.Next())
        {
            if (fields.Field == KeyValueFields.Key)
            {
                Key = fields.Bytes;
            }
            else if (fields.Field == KeyValueFields.Value)
            {
                Value = fields.Bytes;
            }
        }
    }
}
