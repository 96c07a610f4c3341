// SPDX-License-Identifier: Apache-2.0
// No registry has a broker, so this is the peer: real sockets, the real protocol, offsets, groups and idempotence, but records are in
// memory (the newest 5 MB of a partition), there is no TLS, and nobody checks sizes. Errors are put in front of its answers.
using System.Runtime.InteropServices;
using Agent.Delivery.Kafka;

namespace Agent.Tests.Delivery.Kafka;

/// <summary>Brokers of librdkafka's mock cluster, in this process.</summary>
internal sealed unsafe partial class KafkaCluster : IDisposable
{
    public const int Produce = 0;
    public const int NotEnoughReplicas = 19;
    public const int NotLeader = 6;
    public const int TimedOut = 7;
    public const int TooLarge = 10;

    private const string Library = "librdkafka";
    private readonly nint _client;
    private readonly nint _cluster;
    private readonly int _brokers;

    public KafkaCluster(int brokers = 1, int partitions = 4)
    {
        _brokers = brokers;
        var error = stackalloc byte[512];
        _client = LibRdKafka.New(LibRdKafka.Producer, LibRdKafka.NewSettings(), error, 512);
        _cluster = New(_client, brokers);
        Assert.NotEqual(0, _cluster);
        WaitForMembers(_cluster, 200); // three seconds are for groups of many
        Assert.Equal(KafkaError.None, Create(_cluster, Topic, partitions, brokers));
    }

    public static string Topic => "traces";

    public string Bootstrap => Marshal.PtrToStringUTF8((nint)Bootstraps(_cluster))!;

    /// <summary>For HILO_QUEUE.</summary>
    public string Queue => $"kafka:{Bootstrap}/{Topic}";

    /// <summary>Connections to all brokers end, and there are no new ones.</summary>
    public void Stop() => All(broker => SetDown(_cluster, broker));

    public void Return() => All(broker => SetUp(_cluster, broker));

    /// <summary>Each answer takes so long.</summary>
    public void Slow(int milliseconds) => All(broker => SetRoundTrip(_cluster, broker, milliseconds));

    public void Move(int partition, int broker) => Assert.Equal(KafkaError.None, SetLeader(_cluster, Topic, partition, broker));

    /// <summary>The next requests of that kind are answered with these.</summary>
    public void Fail(int request, params int[] errors)
    {
        fixed (int* first = errors)
        {
            Push(_cluster, (short)request, (nuint)errors.Length, first);
        }
    }

    public void Dispose()
    {
        Destroy(_cluster);
        LibRdKafka.Destroy(_client, 0);
    }

    private void All(Func<int, KafkaError> change)
    {
        for (var broker = 1; broker <= _brokers; broker++)
        {
            Assert.Equal(KafkaError.None, change(broker));
        }
    }

    [LibraryImport(Library, EntryPoint = "rd_kafka_mock_cluster_new")]
    private static partial nint New(nint client, int brokers);

    [LibraryImport(Library, EntryPoint = "rd_kafka_mock_cluster_destroy")]
    private static partial void Destroy(nint cluster);

    [LibraryImport(Library, EntryPoint = "rd_kafka_mock_cluster_bootstraps")]
    private static partial byte* Bootstraps(nint cluster);

    [LibraryImport(Library, EntryPoint = "rd_kafka_mock_topic_create", StringMarshalling = StringMarshalling.Utf8)]
    private static partial KafkaError Create(nint cluster, string topic, int partitions, int replicas);

    [LibraryImport(Library, EntryPoint = "rd_kafka_mock_partition_set_leader", StringMarshalling = StringMarshalling.Utf8)]
    private static partial KafkaError SetLeader(nint cluster, string topic, int partition, int broker);

    [LibraryImport(Library, EntryPoint = "rd_kafka_mock_group_initial_rebalance_delay_ms")]
    private static partial void WaitForMembers(nint cluster, int milliseconds);

    [LibraryImport(Library, EntryPoint = "rd_kafka_mock_broker_set_down")]
    private static partial KafkaError SetDown(nint cluster, int broker);

    [LibraryImport(Library, EntryPoint = "rd_kafka_mock_broker_set_up")]
    private static partial KafkaError SetUp(nint cluster, int broker);

    [LibraryImport(Library, EntryPoint = "rd_kafka_mock_broker_set_rtt")]
    private static partial KafkaError SetRoundTrip(nint cluster, int broker, int milliseconds);

    [LibraryImport(Library, EntryPoint = "rd_kafka_mock_push_request_errors_array")]
    private static partial void Push(nint cluster, short request, nuint count, int* errors);
}
