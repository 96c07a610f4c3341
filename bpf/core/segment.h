/* SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
/* Feeds the payload of a packet to the stream it belongs to. */
#pragma once
#include "client.h"
#include "deferred.h"
#include "server.h"
#include "option_read.h"
#include "order.h"
#include "socket.h"
#include "tls_option.h"
#include "turn.h"

static __always_inline bool segment_load(struct feed *feed, __u32 at, __u32 size)
{
    __u8 *to = feed->window->bytes + (at & (HTTP1_KEEP * 2 - 1));

    if (size == 0 || size > WINDOW_SIZE - HTTP1_KEEP)
        return false;
    return !bpf_skb_load_bytes(
        feed->source, feed->cursor->offset, to, one_to(size, WINDOW_SIZE - HTTP1_KEEP));
}

/* The thread of the process that sends, 0: something else runs just now. */
static __always_inline __u32 segment_thread(const struct connection *connection)
{
    return current_pid() == connection->pid ? current_tid() : 0;
}

PROVEN_ONCE int segment_client_request(struct connection *connection)
{
    struct exchange *exchange;

    if (!connection || client_request(connection, connection->pid, segment_thread(connection)) ==
                           CARRIER_APPLICATION)
        return 0;
    exchange = exchange_newest(connection);
    if (exchange)
        client_unwritten(connection, exchange);
    return 0;
}

static __always_inline void segment_request(struct feed *feed)
{
    if (feed->connection->role == ROLE_SERVER)
        server_request(feed->connection);
    else
        segment_client_request(feed->connection);
}

static long segment_step(__u32 index, void *state)
{
    (void)index;
    return stream_step(state, segment_load, segment_request);
}

/* No more bytes will come in this direction. */
static __always_inline void stream_closes(struct feed *feed)
{
    enum outcome outcome =
        feed->stream->phase == STREAM_UNTIL_CLOSE ? OUTCOME_COMPLETE : OUTCOME_CLOSED;

    if (!feed->responses || stream_is_deaf(feed->stream))
        return;
    if (exchange_outstanding(feed->connection))
        exchange_close(feed->connection, outcome, feed->now);
    connection_deaf(feed->connection, STREAM_OVER);
}

static __always_inline struct feed segment_source(struct __sk_buff *skb,
                                                  struct connection *connection,
                                                  bool ingress)
{
    struct feed feed = {
        .source = skb,
        .connection = connection,
        .stream = ingress ? &connection->rx : &connection->tx,
        .now = bpf_ktime_get_ns(),
        .rx = ingress,
        .responses = carries_responses(connection, ingress),
    };

    return feed;
}

typedef long segment_stepper(__u32 index, void *feed);

static __always_inline void segment_walk(struct feed *feed,
                                         const struct segment *segment,
                                         segment_stepper *step)
{
    struct scratch *scratch;
    __u64 position;
    __u32 slot;

    if (!feed->stream->position)
        feed->stream->position = stream_origin(segment->seq);
    position = stream_locate(feed->stream->position, segment->seq);
    if (!stream_enter(feed, position, segment->size))
        return;
    scratch = scratch_claim(&slot);
    if (!scratch) {
        feed->stream->skipped = 1;
        return;
    }
    feed->window = &scratch->window;
    feed->cursor = &scratch->cursor;
    feed->cursor->position = position;
    feed->cursor->offset = segment->offset;
    feed->cursor->size = segment->size;
    feed->cursor->first = 1;
    feed->cursor->several = 0;
    repeat(FEED_STEPS, step, feed);
    scratch_release(slot);
    stream_leave(feed);
}

/* What arrives waits until it is the only one, and for what it has overtaken. */
APART bool segment_turn(struct stream *stream, __u32 seq, __u32 interface)
{
    __u64 position;

    if (!turn_take(stream))
        return false;
    if (!stream->position || stream_is_deaf(stream) || stream->phase == STREAM_LOST ||
        stream->missed_end)
        return true;
    position = stream_locate(stream->position, seq);
    return position <= stream->position ||
           turn_await(stream, position, interface == LOOPBACK_INDEX ? ORDER_LOOPBACK_NS : ORDER_NS);
}

PROVEN_ONCE int segment_feed(struct __sk_buff *skb,
                             struct connection *connection,
                             struct segment *segment,
                             bool ingress)
{
    if (!connection || !segment)
        return 0;
    if (ingress && !segment_turn(&connection->rx, segment->seq, skb->ifindex)) {
        connection->rx.skipped = 1;
        return 0;
    }
    if (ingress && settings.tcp_option)
        option_read(skb, connection, segment, segment_position(connection, segment));
    struct feed feed = segment_source(skb, connection, ingress);

    if (segment->size)
        segment_walk(&feed, segment, segment_step);
    if (segment->flags & (TCP_FLAG_FIN | TCP_FLAG_RST) && !feed.stream->missed_end)
        stream_closes(&feed);
    if (ingress)
        turn_give(feed.stream);
    return 0;
}

/* The connection of a socket, NULL: none that is followed. */
static __always_inline struct connection *segment_connection(struct __sk_buff *skb,
                                                             struct bpf_sock *sk,
                                                             bool ingress)
{
    struct connection *connection = bpf_sk_storage_get(&connections, sk, NULL, 0);

    if (!connection) {
        connection_adopt(skb);
        connection = bpf_sk_storage_get(&connections, sk, NULL, 0);
    }
    if (!connection || !stream_is_deaf(&connection->rx) || !stream_is_deaf(&connection->tx))
        return connection;
    member_is_deaf(connection);
    if (settings.tcp_option && ingress && connection->tls.role)
        tls_option_read(skb, connection);
    return NULL;
}

/* True: the connection speaks HTTP/2, which the caller has to leave to another program. */
static __always_inline bool segment_pass(struct __sk_buff *skb, bool ingress)
{
    struct bpf_sock *sk = skb->sk;
    struct connection *connection = NULL;
    struct segment segment = {};
    bool listens;

    if (!sk)
        return false;
    sk = bpf_sk_fullsock(sk);
    if (!sk || sk->protocol != IPPROTO_TCP)
        return false;
    listens = ingress && sk->state == BPF_TCP_LISTEN;
    if (!listens) {
        connection = segment_connection(skb, sk, ingress);
        if (!connection)
            return false;
        if (connection->http2)
            return true;
    }
    if (!segment_locate(skb, &segment))
        return false;
    if (listens)
        connection = deferred_begin(skb, sk, &segment);
    if (!connection)
        return false;
    segment_feed(skb, connection, &segment, ingress);
    return connection->http2 && !listens;
}
