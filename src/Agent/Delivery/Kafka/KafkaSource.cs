// SPDX-License-Identifier: Apache-2.0
// What one receiver has yet to get of a topic. Each receiver is a consumer group of its own, so one that is away delays no other, and
// the brokers keep its position: it moves behind a message when the receiver has it, or never will.
//
// A thread of its own reads ahead, so much and no more, and stays a member of the group while the receiver is away. Partitions come
// and go with other members: of one that goes, what was read ahead is forgotten, and what is being sent gets a little time.
using Agent.Delivery.Exporters;
using Agent.Delivery.Queues;
using Agent.Diagnostics;

namespace Agent.Delivery.Kafka;

/// <summary>One receiver's place in a topic. Used by its task, and by the thread that reads.</summary>
internal sealed class KafkaSource : ISpanSource, IDisposable
{
    private const int MaxAhead = 2 << 20;

    /// <summary>How long a partition stays for what is being sent of it.</summary>
    private static readonly TimeSpan HandOver = TimeSpan.FromSeconds(3);

    private readonly object _gate = new();
    private readonly Queue<TopicMessage> _waiting = new();
    private readonly Queue<TopicMessage> _taken = new();
    private readonly Dictionary<int, TopicProgress> _partitions = [];
    private readonly SemaphoreSlim _arrived = new(0, 1);
    private readonly KafkaConsumer _consumer;
    private readonly Ledger _ledger;
    private readonly Action<string> _log;
    private readonly MessageCheck _check;
    private long _ahead;
    private bool _isStopping;
    private bool _isDisposed;

    internal KafkaSource(KafkaOptions options, string receiver, Ledger ledger, Action<string> log)
    {
        _ledger = ledger;
        _log = line => log($"forward: {receiver}: {line}");
        _check = new MessageCheck(options, receiver, ledger, _log);
        Name = receiver;
        _consumer = new KafkaConsumer(options, $"{options.Group}-{receiver}", this);
    }

    internal string Name { get; }

    /// <summary>Memory, in bytes, of what was read and is not done with.</summary>
    internal long Ahead
    {
        get
        {
            lock (_gate)
            {
                return _ahead;
            }
        }
    }

    /// <summary>No more is to be read ahead.</summary>
    internal bool IsFull => Ahead >= MaxAhead;

    /// <summary>Messages in the partitions that this process reads which the receiver has not got.</summary>
    internal long Lag
    {
        get
        {
            lock (_gate)
            {
                return _partitions.Values.Sum(progress => progress.Lag);
            }
        }
    }

    internal int Partitions
    {
        get
        {
            lock (_gate)
            {
                return _partitions.Count;
            }
        }
    }

    /// <summary>Messages that were no spans.</summary>
    internal long Unreadable => _check.Unreadable;

    /// <summary>Whether the thread that reads has done so lately.</summary>
    internal bool IsTurning => _consumer.IsTurning;

    public bool TryTake(ExportRequest request, int maxSpans, int maxBytes)
    {
        lock (_gate)
        {
            while (!_isStopping && _waiting.TryPeek(out var next))
            {
                if (request.Entries.Count > 0 && (request.Spans + next.Spans > maxSpans || request.Bytes + next.Bytes.Length > maxBytes))
                {
                    break;
                }
                _waiting.Dequeue();
                _taken.Enqueue(next);
                if (next.Spans > 0)
                {
                    request.Add(next.Bytes, next.Spans);
                }
            }
            if (request.Entries.Count == 0)
            {
                Conclude(0); // nothing that could be sent
            }
            _ledger.Received(request.Spans);
            return request.Entries.Count > 0;
        }
    }

    public void Settle(int entries)
    {
        lock (_gate)
        {
            Conclude(entries);
            Monitor.PulseAll(_gate);
        }
    }

    public bool TrySetAside(IReadOnlyList<ReadOnlyMemory<byte>> entries) => _check.TrySetAside(entries);

    public Task WaitAsync(CancellationToken cancel) => _arrived.WaitAsync(cancel);

    /// <summary>Nothing is lost: whoever reads the partition next begins with what was not settled.</summary>
    public void Abandon()
    {
        lock (_gate)
        {
            _ledger.Received(-_taken.Sum(message => (long)message.Spans));
            Forget(_taken, _ => true);
            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>Nothing more is to be taken.</summary>
    internal void Stop()
    {
        lock (_gate)
        {
            _isStopping = true;
        }
        Wake();
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isDisposed, true))
        {
            return;
        }
        Stop();
        _consumer.Dispose();
        _arrived.Dispose();
    }

    /// <summary>A message was read. By the thread that reads, like all below.</summary>
    internal void Add(int partition, long offset, ReadOnlySpan<byte> value)
    {
        var message = _check.Check(partition, offset, value);
        lock (_gate)
        {
            if (!_partitions.TryGetValue(partition, out var progress))
            {
                return; // it went meanwhile
            }
            _partitions[partition] = progress with { First = progress.First < 0 ? offset : progress.First, End = Math.Max(progress.End, offset + 1) };
            _waiting.Enqueue(message);
            _ahead += message.Bytes.Length;
        }
        Wake();
    }

    internal void Gained(int partition)
    {
        lock (_gate)
        {
            _partitions[partition] = TopicProgress.Unknown;
        }
    }

    /// <summary>These are to go to somebody else; returns when they may.</summary>
    internal void Losing(HashSet<int> partitions, bool isLost)
    {
        lock (_gate)
        {
            Forget(_waiting, message => partitions.Contains(message.Partition));
            var end = Environment.TickCount64 + (long)HandOver.TotalMilliseconds;
            while (!isLost && _taken.Any(message => partitions.Contains(message.Partition)) && end - Environment.TickCount64 is > 0 and var rest)
            {
                Monitor.Wait(_gate, (int)rest);
            }
            foreach (var partition in partitions)
            {
                _partitions.Remove(partition);
            }
        }
    }

    internal void EndsAt(int partition, long end)
    {
        lock (_gate)
        {
            if (_partitions.TryGetValue(partition, out var progress))
            {
                _partitions[partition] = progress with { End = Math.Max(progress.End, end) };
            }
        }
    }

    internal void Say(string line) => _log(line);

    private void Wake()
    {
        lock (_arrived)
        {
            if (_arrived.CurrentCount == 0)
            {
                _arrived.Release();
            }
        }
    }

    // The first so many that were sent, with those between and behind them that could not be.
    private void Conclude(int entries)
    {
        var done = new Dictionary<int, long>();
        while (_taken.TryPeek(out var message) && (entries > 0 || message.Spans == 0))
        {
            entries -= message.Spans > 0 ? 1 : 0;
            _taken.Dequeue();
            Release(message);
            if (_partitions.TryGetValue(message.Partition, out var progress))
            {
                _partitions[message.Partition] = progress with { Done = message.Offset + 1 };
                done[message.Partition] = message.Offset + 1;
            }
        }
        _consumer.Store(done);
    }

    private void Forget(Queue<TopicMessage> queue, Func<TopicMessage, bool> which)
    {
        for (var rest = queue.Count; rest > 0; rest--)
        {
            var message = queue.Dequeue();
            if (which(message))
            {
                Release(message);
            }
            else
            {
                queue.Enqueue(message);
            }
        }
    }

    private void Release(TopicMessage message)
    {
        _ahead -= message.Bytes.Length;
        message.Piece?.Release();
    }
}
