/* SPDX-License-Identifier: Apache-2.0 */

/* Hilo says by itself what goes wrong, from the errors that it is told of. The log of librdkafka, which nobody could ask for, is a
 * fifth of its code: this stands behind its own definitions. */
#undef rd_kafka_conf_is_dbg
#define rd_kafka_conf_is_dbg(conf, ctx) 0
#undef rd_kafka_log
#define rd_kafka_log(rk, level, fac, ...) ((void)0)
#undef rd_rkb_log0
#define rd_rkb_log0(rkb, level, ctx, fac, ...) ((void)0)
