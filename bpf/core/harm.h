/* SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
/* How client connections fare in the sockmap, and how those that were kept out of it: counts for the
 * agent, which compares them (src/Agent/Diagnostics/HarmGuard.cs). A connection belongs to a group
 * from connect() on, whatever becomes of its membership later. A group is drawn for those only that
 * might be enrolled; the others may differ in more than that. */
#pragma once
#include "connection.h"
#include "throttle.h"

#define HARM_UNIT_SHIFT 20 /* latencies are told apart from 2^20 ns, a millisecond, on */

struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, HARM_GROUPS *HARM_MEASURES);
    __type(key, __u32);
    __type(value, __u64);
} harm SEC(".maps");

const enum harm_measure *const volatile harm_layout = NULL;

static __always_inline void harm_count(enum harm_group group, __u32 measure)
{
    __u32 slot = group * HARM_MEASURES + measure;
    __u64 *value = bpf_map_lookup_elem(&harm, &slot);

    if (value)
        (*value)++;
}

/* Draws the group of a connection that has just been made. False: it is to be kept out. */
static __always_inline bool harm_begin(struct connection *connection)
{
    connection->harm_group = HARM_GROUP_USUAL;
    if (throttle_holds_out())
        connection->harm_group =
            bpf_get_prandom_u32() & 1 ? HARM_GROUP_ENROLLED : HARM_GROUP_HELD_OUT;
    harm_count(connection->harm_group, HARM_MEASURE_BEGUN);
    return connection->harm_group != HARM_GROUP_HELD_OUT;
}

static __always_inline void harm_done(struct connection *connection)
{
    if (connection->harm_group && !connection->harmed) {
        connection->harmed = 1;
        harm_count(connection->harm_group, HARM_MEASURE_HARMED);
    }
}

/* A request got its answer, or the connection ended before. */
static __always_inline void harm_exchange(struct connection *connection,
                                          enum outcome outcome,
                                          __u64 elapsed)
{
    __u64 units = elapsed >> HARM_UNIT_SHIFT;
    __u32 bucket = HARM_MEASURE_FASTEST;

    if (!connection->harm_group)
        return;
    if (outcome == OUTCOME_CLOSED) {
        harm_done(connection);
        return;
    }
    for (__u32 i = 0; i < HARM_MEASURE_SLOWEST - HARM_MEASURE_FASTEST; i++)
        bucket += units >> i != 0;
    harm_count(connection->harm_group, bucket);
}

/* A connection that ends in good order has another state before the last: this was a reset, by either
 * side, or a time-out. */
static __always_inline void harm_end(struct connection *connection, __u32 old_state)
{
    if (old_state == BPF_TCP_ESTABLISHED || old_state == BPF_TCP_FIN_WAIT1)
        harm_done(connection);
}
