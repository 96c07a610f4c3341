/* SPDX-License-Identifier: Apache-2.0 */
/* What the rest of librdkafka calls of the parts that stay out of the binary: the mock cluster, which only the setting
 * test.mock.num.brokers makes, and the results of administrative requests, which only such a request has. Hilo does neither. */
#include "rdkafka.h"
#include "rdkafka_mock.h"

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
