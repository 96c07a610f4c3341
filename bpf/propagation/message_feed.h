/* SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
/* A message that a process sends, as a source of bytes of the stream it belongs to. */
#pragma once
#include "../core/enrol.h"
#include "../core/walk.h"
#include "../core/watch.h"

#define MESSAGE_REACH 0xe000 /* the verifier tracks packet offsets up to 64 KiB */

static __always_inline bool message_load(struct feed *feed, __u32 at, __u32 size)
{
    struct sk_msg_md *msg = feed->source;
    __u8 *to = feed->window->bytes + (at & (HTTP1_KEEP * 2 - 1));
    __u32 offset = feed->cursor->offset;
    __u8 *from;

    if (size == 0 || size > WINDOW_SIZE - HTTP1_KEEP || offset > MESSAGE_REACH)
        return false;
    from = (__u8 *)(long)msg->data + offset;
    if (from + size > (__u8 *)(long)msg->data_end) {
        if (bpf_msg_pull_data(msg, 0, offset + size, 0))
            return false;
        from = (__u8 *)(long)msg->data + offset;
        if (from + size > (__u8 *)(long)msg->data_end)
            return false;
    }
    return !bpf_probe_read_kernel(to, at_most(size, WINDOW_SIZE - HTTP1_KEEP), from);
}

/* The connection of a message that may be edited, NULL: it is none. */
static __always_inline struct connection *message_connection(struct sk_msg_md *msg)
{
    struct bpf_sock *sk = msg->sk;
    struct connection *connection = sk ? bpf_sk_storage_get(&connections, sk, NULL, 0) : NULL;

    if (!connection || connection->role != ROLE_CLIENT)
        return NULL;
    if (throttle_step() >= THROTTLE_NO_HEADERS) {
        connection->skip = COUNTER_SKIP_THROTTLED; /* for the egress hook */
        connection->leave = 1;
        return NULL;
    }
    return stream_is_deaf(&connection->tx) ? NULL : connection;
}

/* A request has been seen: may the socket stay until the next one? */
static __always_inline void message_settle(struct connection *connection,
                                           const struct tcp_sock *tcp)
{
    if (connection->tx.phase == STREAM_HEAD || connection->settled)
        return;
    if (current_pid() == connection->pid && enrol_may_stay(connection, tcp))
        connection->settled = 1;
    else if (!connection->http2 || connection->newest_stream)
        enrol_leave(connection);
}

/* True when the message begins where the stream was read to: then message_end() has to follow. */
static __always_inline bool message_begin(struct feed *feed,
                                          struct sk_msg_md *msg,
                                          struct connection *connection,
                                          __u32 *slot)
{
    struct tcp_sock *tcp = msg->sk ? bpf_skc_to_tcp_sock(msg->sk) : NULL;
    struct stream *stream = &connection->tx;
    struct scratch *scratch;
    __u64 position;

    if (!tcp)
        return false;
    position = stream_locate(stream->position, tcp->write_seq);
    if (position + msg->size <= stream->position)
        return false;
    if (position > stream->position || stream->phase == STREAM_LOST ||
        stream->phase == STREAM_HELD) {
        connection->skip = COUNTER_SKIP_UNPROVEN; /* the egress hook will meet the request */
        message_settle(connection, tcp);
        return false;
    }
    scratch = scratch_claim(slot);
    if (!scratch)
        return false;
    feed->source = msg;
    feed->connection = connection;
    feed->stream = stream;
    feed->window = &scratch->window;
    feed->cursor = &scratch->cursor;
    feed->now = bpf_ktime_get_ns();
    scratch->cursor.position = position;
    scratch->cursor.offset = 0;
    scratch->cursor.size = msg->size;
    scratch->cursor.first = 0;
    scratch->cursor.dropped = 0;
    scratch->cursor.several = 0;
    return true;
}

/* Returns what becomes of the message. */
static __always_inline int message_end(struct feed *feed, __u32 slot)
{
    struct sk_msg_md *msg = feed->source;
    struct tcp_sock *tcp = msg->sk ? bpf_skc_to_tcp_sock(msg->sk) : NULL;
    int verdict = feed->cursor->dropped ? SK_DROP : SK_PASS;

    scratch_release(slot);
    if (tcp)
        message_settle(feed->connection, tcp);
    return verdict;
}
