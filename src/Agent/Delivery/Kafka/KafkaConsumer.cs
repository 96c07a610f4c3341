// SPDX-License-Identifier: Apache-2.0
// Polls without end: that is how brokers see that a member lives and how it hears of partitions that come and go. When there is
// enough, partitions are paused, not the polling. What is stored is committed every second, and when a partition goes.
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Agent.Delivery.Kafka;

/// <summary>One member of a consumer group of a topic.</summary>
internal sealed unsafe class KafkaConsumer : KafkaClient
{
    private const int PollMs = 100;
    private const int AskMs = 200;
    private const int BeatsPerSession = 5;
    private const string FetchBytes = "262144";

    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LeaveLimit = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan LongestTurn = TimeSpan.FromSeconds(10);

    private readonly KafkaSource _source;
    private readonly string _topic;
    private readonly HashSet<int> _partitions = [];
    private readonly Thread _thread;
    private string? _said;
    private bool _isPaused;
    private long _turned = Environment.TickCount64;
    private volatile bool _isStopping;

    internal KafkaConsumer(KafkaOptions options, string group, KafkaSource source)
        : base(
            LibRdKafka.Consumer,
            options,
            ("group.id", group),
            ("enable.auto.commit", "true"),
            ("auto.commit.interval.ms", "1000"),
            ("enable.auto.offset.store", "false"),
            ("auto.offset.reset", "earliest"),
            ("partition.assignment.strategy", "cooperative-sticky"),
            ("session.timeout.ms", Milliseconds(options.SessionTimeout)),
            ("heartbeat.interval.ms", Milliseconds(options.SessionTimeout / BeatsPerSession)),
            // Of each broker one answer may be there besides, unpacked, which is several times as much. A message that is larger than
            // an answer may be comes alone.
            ("queued.max.messages.kbytes", "1024"),
            ("message.max.bytes", FetchBytes),
            ("fetch.message.max.bytes", FetchBytes),
            ("fetch.max.bytes", FetchBytes),
            ("check.crcs", "true"))
    {
        (_source, _topic) = (source, options.Topic);
        LibRdKafka.PollAsConsumer(Handle);
        var topics = LibRdKafka.NewPlaces(1);
        LibRdKafka.AddPlace(topics, _topic, LibRdKafka.AnyPartition);
        var error = LibRdKafka.Subscribe(Handle, topics);
        LibRdKafka.DestroyPlaces(topics);
        if (error != KafkaError.None)
        {
            throw new InvalidOperationException($"kafka: {TextOf(error)}");
        }
        _thread = new Thread(Run) { IsBackground = true, Name = "kafka-read" };
        _thread.Start();
    }

    internal bool IsTurning => Environment.TickCount64 - Interlocked.Read(ref _turned) < LongestTurn.TotalMilliseconds;

    /// <summary>Everything before these offsets is done with. Those of partitions that went are refused, which is right. By any thread.</summary>
    internal void Store(Dictionary<int, long> offsets)
    {
        if (offsets.Count == 0)
        {
            return;
        }
        var places = LibRdKafka.NewPlaces(offsets.Count);
        foreach (var (partition, offset) in offsets)
        {
            LibRdKafka.AddPlace(places, _topic, partition)->Offset = offset;
        }
        LibRdKafka.Store(Handle, places);
        LibRdKafka.DestroyPlaces(places);
    }

    // The group hears of it, and others need not wait until this member is missed.
    protected override void Leave()
    {
        _isStopping = true;
        _thread.Join();
        var queue = LibRdKafka.NewQueue(Handle);
        LibRdKafka.DestroyError(LibRdKafka.Close(Handle, queue));
        var waited = Stopwatch.StartNew();
        while (LibRdKafka.IsClosed(Handle) == 0 && waited.Elapsed < LeaveLimit)
        {
            _ = LibRdKafka.PollQueue(queue, PollMs);
        }
        LibRdKafka.DestroyQueue(queue);
    }

    protected override void Rebalanced(KafkaError what, LibRdKafka.Places* places)
    {
        var isCooperative = Marshal.PtrToStringUTF8((nint)LibRdKafka.RebalanceProtocol(Handle)) == "COOPERATIVE";
        if (what == KafkaError.AssignPartitions)
        {
            foreach (var partition in Numbers(places))
            {
                _partitions.Add(partition);
                _source.Gained(partition);
            }
            _isPaused = false; // of the new ones
            Change(isCooperative ? LibRdKafka.AssignMore(Handle, places) : 0, isCooperative ? null : places, isCooperative);
            return;
        }
        var lost = Numbers(places);
        _source.Losing(lost, LibRdKafka.IsAssignmentLost(Handle) != 0);
        _partitions.ExceptWith(lost);
        Change(isCooperative ? LibRdKafka.AssignFewer(Handle, places) : 0, null, isCooperative);
    }

    private void Change(nint error, LibRdKafka.Places* places, bool isDone)
    {
        if (error != 0)
        {
            LibRdKafka.DestroyError(error);
        }
        if (!isDone)
        {
            LibRdKafka.Assign(Handle, places);
        }
    }

    private static HashSet<int> Numbers(LibRdKafka.Places* places)
    {
        var numbers = new HashSet<int>();
        for (var i = 0; i < places->Count; i++)
        {
            numbers.Add(places->Elements[i].Partition);
        }
        return numbers;
    }

    private static string Milliseconds(TimeSpan time) => ((int)time.TotalMilliseconds).ToString(CultureInfo.InvariantCulture);

    private void Run()
    {
        var looked = Stopwatch.StartNew();
        while (!_isStopping)
        {
            Interlocked.Exchange(ref _turned, Environment.TickCount64);
            Pause(_source.IsFull);
            var message = LibRdKafka.Consume(Handle, PollMs);
            if (message != null)
            {
                Take(*message);
                LibRdKafka.DestroyMessage(message);
            }
            if (looked.Elapsed > LookEvery)
            {
                looked.Restart();
                Look();
            }
            Say();
        }
    }

    private void Take(in LibRdKafka.Message message)
    {
        if (message.Error == KafkaError.None)
        {
            Trouble.Clear();
            _source.Add(message.Partition, message.Offset, new ReadOnlySpan<byte>(message.Payload, (int)message.Length));
        }
        else
        {
            Trouble.Add(message.Error, TextOf(message.Error), Environment.TickCount64);
        }
    }

    private void Pause(bool isFull)
    {
        if (isFull == _isPaused || _partitions.Count == 0)
        {
            return;
        }
        _isPaused = isFull;
        var places = LibRdKafka.NewPlaces(_partitions.Count);
        foreach (var partition in _partitions)
        {
            LibRdKafka.AddPlace(places, _topic, partition);
        }
        if (isFull)
        {
            LibRdKafka.Pause(Handle, places);
        }
        else
        {
            LibRdKafka.Resume(Handle, places);
        }
        LibRdKafka.DestroyPlaces(places);
    }

    // While it reads, it hears where partitions end; paused, it must ask.
    private void Look()
    {
        foreach (var partition in _partitions)
        {
            long low, high;
            var error = _isPaused
                ? LibRdKafka.AskEnds(Handle, _topic, partition, &low, &high, AskMs)
                : LibRdKafka.KnownEnds(Handle, _topic, partition, &low, &high);
            if (error != KafkaError.None)
            {
                return;
            }
            _source.EndsAt(partition, high);
        }
    }

    // The same trouble is reported once, and once more when it is over.
    private void Say()
    {
        if (Trouble.Text != _said)
        {
            _source.Say(Trouble.Text ?? "the topic is read again");
            _said = Trouble.Text;
        }
    }
}
