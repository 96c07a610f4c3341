// SPDX-License-Identifier: Apache-2.0
namespace Agent.Ingest;

/// <summary>
/// What all requests together may hold while they are read and converted. Whoever gets none tells its sender to try again later:
/// so ten thousand senders at once cost what is allowed here, and a little for each connection.
/// </summary>
internal sealed class IngestMemory(long limit)
{
    private long _used;

    public long Used => Volatile.Read(ref _used);

    public bool TryTake(long size)
    {
        if (Interlocked.Add(ref _used, size) <= limit)
        {
            return true;
        }

        Interlocked.Add(ref _used, -size);
        return false;
    }

    public void Return(long size) => Interlocked.Add(ref _used, -size);
}
