// SPDX-License-Identifier: Apache-2.0
// The calls into librdkafka 2.8, nothing else. EntryPoint is its own name, so its documentation applies word for word. Those that
// may wait say so: they must not be called where the garbage collector would have to wait for them, so none suppresses transitions.
using System.Runtime.InteropServices;

namespace Agent.Delivery.Kafka;

/// <summary>librdkafka, linked statically.</summary>
internal static unsafe partial class LibRdKafka
{
    internal const int Producer = 0; /* RD_KAFKA_PRODUCER */
    internal const int Consumer = 1;

    internal const int AnyPartition = -1; /* RD_KAFKA_PARTITION_UA */
    internal const int CopyPayload = 2; /* RD_KAFKA_MSG_F_COPY */
    internal const int PurgeAll = 3; /* RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT */
    internal const int NoConsumerClose = 8; /* RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE */
    internal const int ConfigOk = 0; /* RD_KAFKA_CONF_OK */

    private const string Library = "librdkafka";

    /// <summary>rd_kafka_message_t.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct Message
    {
        internal KafkaError Error;
        internal nint Topic;
        internal int Partition;
        internal byte* Payload;
        internal nuint Length;
        internal byte* Key;
        internal nuint KeyLength;
        internal long Offset;
        internal nint Opaque;
    }

    /// <summary>rd_kafka_topic_partition_t.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct Place
    {
        internal byte* Topic;
        internal int Partition;
        internal long Offset;
        internal void* Metadata;
        internal nuint MetadataLength;
        internal nint Opaque;
        internal KafkaError Error;
        internal nint Private;
    }

    /// <summary>rd_kafka_topic_partition_list_t.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct Places
    {
        internal int Count;
        internal int Capacity;
        internal Place* Elements;
    }

    /// <summary>rd_kafka_metadata_topic.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct TopicDescription
    {
        internal byte* Name;
        internal int Partitions;
        internal void* Elements;
        internal KafkaError Error;
    }

    /// <summary>rd_kafka_metadata.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct Description
    {
        internal int Brokers;
        internal void* BrokerElements;
        internal int Topics;
        internal TopicDescription* TopicElements;
    }

    [LibraryImport(Library, EntryPoint = "rd_kafka_conf_new")]
    internal static partial nint NewSettings();

    [LibraryImport(Library, EntryPoint = "rd_kafka_conf_destroy")]
    internal static partial void DestroySettings(nint settings);

    [LibraryImport(Library, EntryPoint = "rd_kafka_conf_set", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int Set(nint settings, string name, string value, byte* error, nuint size);

    [LibraryImport(Library, EntryPoint = "rd_kafka_conf_set_opaque")]
    internal static partial void SetOpaque(nint settings, nint opaque);

    [LibraryImport(Library, EntryPoint = "rd_kafka_conf_set_dr_msg_cb")]
    internal static partial void SetDelivered(nint settings, delegate* unmanaged<nint, Message*, nint, void> callback);

    [LibraryImport(Library, EntryPoint = "rd_kafka_conf_set_error_cb")]
    internal static partial void SetFailed(nint settings, delegate* unmanaged<nint, int, byte*, nint, void> callback);

    [LibraryImport(Library, EntryPoint = "rd_kafka_conf_set_rebalance_cb")]
    internal static partial void SetRebalanced(nint settings, delegate* unmanaged<nint, KafkaError, Places*, nint, void> callback);

    /// <summary>Takes over the settings when it returns something.</summary>
    [LibraryImport(Library, EntryPoint = "rd_kafka_new")]
    internal static partial nint New(int type, nint settings, byte* error, nuint size);

    /// <summary>Waits for threads.</summary>
    [LibraryImport(Library, EntryPoint = "rd_kafka_destroy_flags")]
    internal static partial void Destroy(nint client, int flags);

    [LibraryImport(Library, EntryPoint = "rd_kafka_err2str")]
    internal static partial byte* Text(KafkaError error);

    [LibraryImport(Library, EntryPoint = "rd_kafka_error_destroy")]
    internal static partial void DestroyError(nint error);

    [LibraryImport(Library, EntryPoint = "rd_kafka_last_error")]
    internal static partial KafkaError LastError();

    [LibraryImport(Library, EntryPoint = "rd_kafka_topic_new", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nint NewTopic(nint client, string name, nint settings);

    [LibraryImport(Library, EntryPoint = "rd_kafka_topic_destroy")]
    internal static partial void DestroyTopic(nint topic);

    [LibraryImport(Library, EntryPoint = "rd_kafka_produce")]
    internal static partial int Produce(nint topic, int partition, int flags, byte* payload, nuint length, byte* key, nuint keyLength, nint opaque);

    /// <summary>Waits for a callback, and makes all that are due.</summary>
    [LibraryImport(Library, EntryPoint = "rd_kafka_poll")]
    internal static partial int Poll(nint client, int milliseconds);

    /// <summary>Waits until everything is delivered; nothing lingers meanwhile.</summary>
    [LibraryImport(Library, EntryPoint = "rd_kafka_flush")]
    internal static partial KafkaError Flush(nint client, int milliseconds);

    [LibraryImport(Library, EntryPoint = "rd_kafka_purge")]
    internal static partial KafkaError Purge(nint client, int flags);

    /// <summary>Waits for a broker.</summary>
    [LibraryImport(Library, EntryPoint = "rd_kafka_metadata")]
    internal static partial KafkaError Describe(nint client, int all, nint topic, Description** description, int milliseconds);

    [LibraryImport(Library, EntryPoint = "rd_kafka_metadata_destroy")]
    internal static partial void DestroyDescription(Description* description);

    [LibraryImport(Library, EntryPoint = "rd_kafka_poll_set_consumer")]
    internal static partial KafkaError PollAsConsumer(nint client);

    [LibraryImport(Library, EntryPoint = "rd_kafka_subscribe")]
    internal static partial KafkaError Subscribe(nint client, Places* topics);

    /// <summary>Waits for a message, and makes the callbacks that are due.</summary>
    [LibraryImport(Library, EntryPoint = "rd_kafka_consumer_poll")]
    internal static partial Message* Consume(nint client, int milliseconds);

    [LibraryImport(Library, EntryPoint = "rd_kafka_message_destroy")]
    internal static partial void DestroyMessage(Message* message);

    [LibraryImport(Library, EntryPoint = "rd_kafka_topic_partition_list_new")]
    internal static partial Places* NewPlaces(int size);

    [LibraryImport(Library, EntryPoint = "rd_kafka_topic_partition_list_add", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial Place* AddPlace(Places* places, string topic, int partition);

    [LibraryImport(Library, EntryPoint = "rd_kafka_topic_partition_list_destroy")]
    internal static partial void DestroyPlaces(Places* places);

    [LibraryImport(Library, EntryPoint = "rd_kafka_rebalance_protocol")]
    internal static partial byte* RebalanceProtocol(nint client);

    /// <summary>Others may read the partitions already.</summary>
    [LibraryImport(Library, EntryPoint = "rd_kafka_assignment_lost")]
    internal static partial int IsAssignmentLost(nint client);

    [LibraryImport(Library, EntryPoint = "rd_kafka_assign")]
    internal static partial KafkaError Assign(nint client, Places* places);

    [LibraryImport(Library, EntryPoint = "rd_kafka_incremental_assign")]
    internal static partial nint AssignMore(nint client, Places* places);

    [LibraryImport(Library, EntryPoint = "rd_kafka_incremental_unassign")]
    internal static partial nint AssignFewer(nint client, Places* places);

    [LibraryImport(Library, EntryPoint = "rd_kafka_pause_partitions")]
    internal static partial KafkaError Pause(nint client, Places* places);

    [LibraryImport(Library, EntryPoint = "rd_kafka_resume_partitions")]
    internal static partial KafkaError Resume(nint client, Places* places);

    [LibraryImport(Library, EntryPoint = "rd_kafka_offsets_store")]
    internal static partial KafkaError Store(nint client, Places* places);

    [LibraryImport(Library, EntryPoint = "rd_kafka_get_watermark_offsets", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial KafkaError KnownEnds(nint client, string topic, int partition, long* low, long* high);

    /// <summary>Waits for a broker.</summary>
    [LibraryImport(Library, EntryPoint = "rd_kafka_query_watermark_offsets", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial KafkaError AskEnds(nint client, string topic, int partition, long* low, long* high, int milliseconds);

    [LibraryImport(Library, EntryPoint = "rd_kafka_queue_new")]
    internal static partial nint NewQueue(nint client);

    [LibraryImport(Library, EntryPoint = "rd_kafka_queue_destroy")]
    internal static partial void DestroyQueue(nint queue);

    /// <summary>Begins to leave the group; what is to be done for it comes through the queue.</summary>
    [LibraryImport(Library, EntryPoint = "rd_kafka_consumer_close_queue")]
    internal static partial nint Close(nint client, nint queue);

    [LibraryImport(Library, EntryPoint = "rd_kafka_consumer_closed")]
    internal static partial int IsClosed(nint client);

    [LibraryImport(Library, EntryPoint = "rd_kafka_queue_poll_callback")]
    internal static partial int PollQueue(nint queue, int milliseconds);
}
