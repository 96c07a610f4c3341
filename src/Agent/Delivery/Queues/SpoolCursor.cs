// SPDX-License-Identifier: Apache-2.0
namespace Agent.Delivery.Queues;

/// <summary>Walks the records in a piece of a spool file, over damage to the next one that is whole.</summary>
internal struct SpoolCursor(ReadOnlyMemory<byte> bytes)
{
    /// <summary>Bytes that have been walked over.</summary>
    internal int At { get; private set; }

    /// <summary>Something was skipped that is no record.</summary>
    internal bool MetDamage { get; private set; }

    /// <summary>The size of a record that begins in this piece and does not end in it; 0: there is none.</summary>
    internal int Wanted { get; private set; }

    /// <summary>False: nothing that is whole follows in this piece.</summary>
    internal bool TryNext(out SpoolRecord record, out ReadOnlyMemory<byte> entry)
    {
        while (bytes.Length - At >= SpoolRecord.HeaderSize)
        {
            if (!SpoolRecord.TryRead(bytes.Span[At..], out record))
            {
                MetDamage = true;
                At += SpoolRecord.Alignment;
                continue;
            }
            if (record.Size > bytes.Length - At)
            {
                Wanted = record.Size;
                break;
            }
            entry = bytes.Slice(At + SpoolRecord.HeaderSize, record.Length);
            At += record.Size;
            if (record.Fits(entry.Span))
            {
                return true;
            }
            MetDamage = true;
        }
        (record, entry) = (default, default);
        return false;
    }
}
