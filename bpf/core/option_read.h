/* SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
/* Reads our options from the TCP header of a segment that arrives. */
#pragma once
#include "option.h"
#include "packet.h"

struct option_scan {
    struct __sk_buff *skb;
    struct connection *connection;
    __u32 at; /* of the next option in the packet */
    __u32 end;
    __u64 position; /* of the segment */
};

/* By the size of the TCP header: most segments have timestamps only. */
static __always_inline bool option_may_stand(const struct connection *connection, __u32 header)
{
    if (connection->role == ROLE_SERVER)
        return header >= TCP_HEADER + OPTION_SIZE;
    return header != TCP_HEADER && header != TCP_HEADER + TCP_TIMESTAMPS &&
           !connection->options.judged;
}

static __always_inline void option_take(struct option_scan *scan,
                                        const __u16 *ids,
                                        __u8 flags,
                                        bool is_near)
{
    struct span_context span = {.flags = flags & OPTION_FLAGS};
    __u16 *trace_id = (__u16 *)span.trace_id;
    __u16 *span_id = (__u16 *)span.span_id;

    for (__u32 i = 0; i < TRACE_ID_SIZE / 2; i++)
        trace_id[i] = ids[i];
    for (__u32 i = 0; i < SPAN_ID_SIZE / 2; i++)
        span_id[i] = ids[TRACE_ID_SIZE / 2 + i];
    if (*(__u64 *)span.span_id && (*(__u64 *)span.trace_id || *(__u64 *)(span.trace_id + 8)))
        option_arrived(scan->connection, scan->position, &span, is_near);
}

static __always_inline void option_look(struct option_scan *scan, __u8 kind, __u8 size)
{
    bool is_server = scan->connection->role == ROLE_SERVER;
    __u16 words[OPTION_SIZE / 2] = {};
    __u8 flags = TRACE_FLAG_SAMPLED;
    __u32 exid;

    if (kind == OPTION_KIND_OBI && is_server) {
        if (bpf_skb_load_bytes(scan->skb, scan->at, words, OPTION_SAMPLED_SIZE) ||
            (size == OPTION_FLAGS_SIZE &&
             bpf_skb_load_bytes(scan->skb, scan->at + OPTION_SAMPLED_SIZE, &flags, 1)))
            return;
        if (size == OPTION_SAMPLED_SIZE || size == OPTION_FLAGS_SIZE)
            option_take(scan, words + 1, flags, true);
        return;
    }
    if (kind != OPTION_KIND_EXPERIMENT || (size != OPTION_SIZE && size != OPTION_ECHO_SIZE) ||
        bpf_skb_load_bytes(scan->skb, scan->at, words, OPTION_ECHO_SIZE))
        return;
    exid = bpf_ntohs(words[1]);
    if ((exid & ~OPTION_FLAGS) != OPTION_EXID)
        return;
    if (!is_server && size == OPTION_ECHO_SIZE)
        option_peer_confirms(scan->connection);
    else if (is_server && size == OPTION_SIZE &&
             !bpf_skb_load_bytes(scan->skb, scan->at, words, OPTION_SIZE))
        option_take(scan, words + 2, exid, false);
}

static long option_step(__u32 index, void *state)
{
    struct option_scan *scan = state;
    __u8 start[2];

    (void)index;
    if (scan->at + sizeof(start) > scan->end ||
        bpf_skb_load_bytes(scan->skb, scan->at, start, sizeof(start)) || start[0] == OPTION_END)
        return 1;
    if (start[0] == OPTION_NOTHING) {
        scan->at++;
        return 0;
    }
    if (start[1] < sizeof(start) || scan->at + start[1] > scan->end)
        return 1;
    option_look(scan, start[0], start[1]);
    scan->at += start[1];
    return 0;
}

static __always_inline __u64 segment_position(const struct connection *connection,
                                              const struct segment *segment)
{
    return connection->rx.position ? stream_locate(connection->rx.position, segment->seq)
                                   : stream_origin(segment->seq);
}

/* `position`: of the segment. */
PROVEN_ONCE int option_read(struct __sk_buff *skb,
                            struct connection *connection,
                            const struct segment *segment,
                            __u64 position)
{
    struct option_scan scan = {.skb = skb, .connection = connection};

    if (!connection || !segment || !option_may_stand(connection, segment->offset - segment->tcp))
        return 0;
    scan.at = segment->tcp + TCP_HEADER;
    scan.end = segment->offset;
    scan.position = position;
    repeat(OPTION_STEPS, option_step, &scan);
    return 0;
}
