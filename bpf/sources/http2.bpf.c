/* SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
/* Sees the bytes of connections that speak HTTP/2. on_ingress and on_egress (sockets.bpf.c) call these. */
#include "../core/http2_walk.h"
#include "../core/segment.h"

char LICENSE[] SEC("license") = "Dual MIT/GPL";

static __always_inline void segment_client_call(struct feed *feed, __u32 stream)
{
    struct connection *connection = feed->connection;
    __u32 tid = segment_thread(connection);
    struct exchange *exchange;

    connection->several = feed->cursor->several;
    if (client_call(connection, stream, connection->pid, tid) == CARRIER_APPLICATION)
        return;
    exchange = call_of(connection, stream);
    if (exchange)
        client_unwritten(connection, exchange);
}

static __always_inline void http2_segment_request(struct feed *feed)
{
    __u32 stream = http2_feed_of(feed)->side->http2.block_stream;

    if (feed->connection->role == ROLE_SERVER)
        server_call(feed->connection, stream);
    else
        segment_client_call(feed, stream);
}

static long http2_segment_step(__u32 index, void *state)
{
    (void)index;
    return http2_walk_step(state, segment_load, http2_segment_request);
}

static __always_inline void http2_segment(struct __sk_buff *skb, bool ingress)
{
    struct bpf_sock *sk = skb->sk ? bpf_sk_fullsock(skb->sk) : NULL;
    struct connection *connection = sk ? bpf_sk_storage_get(&connections, sk, NULL, 0) : NULL;
    struct segment segment = {};
    struct http2_side *side;

    if (!connection || !segment_locate(skb, &segment) || !segment.size)
        return;
    side = http2_side_of(sk, ingress, BPF_SK_STORAGE_GET_F_CREATE);
    if (!side) {
        count(COUNTER_STORAGE_FAILED);
        connection_deaf(connection, STREAM_UNKNOWN);
        return;
    }
    if (ingress && !segment_turn(&connection->rx, segment.seq, skb->ifindex)) {
        connection->rx.skipped = 1;
        return;
    }
    if (ingress && settings.tcp_option)
        option_read(skb, connection, &segment, segment_position(connection, &segment));
    struct http2_feed feed = {
        .feed = segment_source(skb, connection, ingress),
        .side = side,
        .other = http2_side_of(sk, !ingress, 0),
    };

    segment_walk(&feed.feed, &segment, http2_segment_step);
    if (ingress)
        turn_give(feed.feed.stream);
}

SEC("cgroup_skb/ingress")
int on_http2_ingress(struct __sk_buff *skb)
{
    http2_segment(skb, true);
    return 1;
}

SEC("cgroup_skb/egress")
int on_http2_egress(struct __sk_buff *skb)
{
    http2_segment(skb, false);
    return 1;
}
