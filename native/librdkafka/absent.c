/* SPDX-License-Identifier: Apache-2.0 */
/* What the rest of librdkafka calls of the parts that stay out of the binary: the mock cluster, which only the setting
 * test.mock.num.brokers makes; the results of administrative requests, which only such a request has; metrics pushed to brokers,
 * which enable.metrics.push turns off; and LZ4 for levels that compression.level would have to ask for. Hilo does none of it. */
#include "rdkafka.h"
#include "rdkafka_mock.h"
#include "lz4.h"
#define LZ4_HC_STATIC_LINKING_ONLY
#include "lz4hc.h"

rd_kafka_mock_cluster_t *rd_kafka_mock_cluster_new(rd_kafka_t *rk, int broker_cnt)
{
    (void)rk;
    (void)broker_cnt;
    return NULL;
}

void rd_kafka_mock_cluster_destroy(rd_kafka_mock_cluster_t *mcluster)
{
    (void)mcluster;
}

const char *rd_kafka_mock_cluster_bootstraps(const rd_kafka_mock_cluster_t *mcluster)
{
    (void)mcluster;
    return NULL;
}

rd_kafka_resp_err_t rd_kafka_mock_broker_set_rtt(rd_kafka_mock_cluster_t *mcluster,
                                                 int32_t broker_id,
                                                 int rtt_ms)
{
    (void)mcluster;
    (void)broker_id;
    (void)rtt_ms;
    return RD_KAFKA_RESP_ERR__NOT_IMPLEMENTED;
}

void *rd_kafka_ListOffsetsResultInfo_new(const rd_kafka_topic_partition_t *partition,
                                         int64_t timestamp)
{
    (void)partition;
    (void)timestamp;
    return NULL;
}

void rd_kafka_telemetry_clear(rd_kafka_t *rk, int clear_control_flow_fields)
{
    (void)rk;
    (void)clear_control_flow_fields;
}

void rd_kafka_set_telemetry_broker_maybe(rd_kafka_t *rk, void *rkb)
{
    (void)rk;
    (void)rkb;
}

void rd_kafka_telemetry_await_termination(rd_kafka_t *rk)
{
    (void)rk;
}

void rd_kafka_telemetry_schedule_termination(rd_kafka_t *rk)
{
    (void)rk;
}

int LZ4_sizeofStateHC(void)
{
    return 0;
}

LZ4_streamHC_t *LZ4_initStreamHC(void *buffer, size_t size)
{
    (void)buffer;
    (void)size;
    return NULL;
}

void LZ4_resetStreamHC_fast(LZ4_streamHC_t *stream, int level)
{
    (void)stream;
    (void)level;
}

void LZ4_setCompressionLevel(LZ4_streamHC_t *stream, int level)
{
    (void)stream;
    (void)level;
}

void LZ4_favorDecompressionSpeed(LZ4_streamHC_t *stream, int favor)
{
    (void)stream;
    (void)favor;
}

void LZ4_attach_HC_dictionary(LZ4_streamHC_t *stream, const LZ4_streamHC_t *dictionary)
{
    (void)stream;
    (void)dictionary;
}

int LZ4_loadDictHC(LZ4_streamHC_t *stream, const char *dictionary, int size)
{
    (void)stream;
    (void)dictionary;
    (void)size;
    return 0;
}

int LZ4_saveDictHC(LZ4_streamHC_t *stream, char *buffer, int size)
{
    (void)stream;
    (void)buffer;
    (void)size;
    return 0;
}

int LZ4_compress_HC_continue(LZ4_streamHC_t *stream, const char *from, char *to, int size, int room)
{
    (void)stream;
    (void)from;
    (void)to;
    (void)size;
    (void)room;
    return 0; /* it failed */
}

int LZ4_compress_HC_extStateHC_fastReset(
    void *state, const char *from, char *to, int size, int room, int level)
{
    (void)state;
    (void)from;
    (void)to;
    (void)size;
    (void)room;
    (void)level;
    return 0;
}
