/* SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
/* Sees, and edits, what client sockets that speak HTTP/2 are about to send. on_message (sockmap.bpf.c)
 * calls it. */
#include "http2_header.h"

char LICENSE[] SEC("license") = "Dual MIT/GPL";

static __always_inline enum counter http2_edit(struct feed *feed,
                                               const struct exchange *exchange,
                                               struct http2_edit *edit)
{
    const struct http2 *http2 = &edit->side->http2;
    const struct http1_head *head = &feed->stream->head;
    struct tcp_sock *tcp = edit->msg->sk ? bpf_skc_to_tcp_sock(edit->msg->sk) : NULL;

    if (!settings.inject_headers)
        return COUNTER_SKIP_DISABLED;
    if (throttle_spares(&exchange->span))
        return COUNTER_SKIP_THROTTLED;
    if (!feed->stream->proven || !tcp || http2->fields.seen & HTTP2_HAS_UNKNOWN)
        return COUNTER_SKIP_UNPROVEN;
    if (head->flags & HTTP1_BAD_CONTEXT || head->b3.seen)
        return COUNTER_SKIP_INVALID;
    if (edit->frame < 0 || edit->end < 0)
        return COUNTER_SKIP_SPLIT;
    if (exchange->carrier == CARRIER_REWRITTEN)
        return http2_rewrite(feed, exchange, tcp, edit);
    return http2_insert(feed, exchange, tcp, edit);
}

/* It leaves as it is. */
static __always_inline void http2_skipped(struct connection *connection,
                                          struct exchange *exchange,
                                          enum counter reason)
{
    exchange->carrier = reason == COUNTER_SKIP_DISABLED ? CARRIER_NONE : CARRIER_SKIPPED;
    sent_remember(connection, connection->tx.head_position, &exchange->span);
    if (settings.tcp_option)
        option_schedule(connection, connection->tx.head_position, &exchange->span);
    if (option_left(connection, connection->tx.head_position))
        exchange->carrier = CARRIER_TCP_OPTION;
}

APART int http2_note(struct connection *connection, struct exchange *exchange, __u32 stream)
{
    struct request_name name = call_name(connection, stream);

    return header_lines_note(connection, exchange, &name);
}

APART int http2_message_edit(struct feed *feed, struct exchange *exchange)
{
    struct http2_side *side = http2_feed_of(feed)->side;
    struct http2_edit edit = {
        .msg = feed->source,
        .side = side,
        .other = http2_feed_of(feed)->other,
        .frame = http2_locate(feed, side->http2.frame_position),
        .end = http2_locate(feed, side->http2.position),
        .verdict = SK_PASS,
    };
    enum counter result = http2_edit(feed, exchange, &edit);

    count(result);
    if (result == COUNTER_INJECTED) {
        exchange->carrier = CARRIER_INJECTED;
        http2_note(feed->connection, exchange, side->http2.block_stream);
    } else if (result != COUNTER_REWRITTEN) {
        http2_skipped(feed->connection, exchange, result);
    }
    feed->cursor->size += edit.size;
    feed->cursor->dropped |= edit.verdict == SK_DROP;
    return 0;
}

static __always_inline void http2_message_request(struct feed *feed)
{
    struct connection *connection = feed->connection;
    __u32 stream = http2_feed_of(feed)->side->http2.block_stream;
    struct exchange *exchange;

    connection->several = feed->cursor->several;
    if (client_call(connection, stream, current_pid(), current_tid()) == CARRIER_APPLICATION)
        return;
    exchange = call_of(connection, stream);
    if (exchange)
        http2_message_edit(feed, exchange);
}

#define CUT_FROM (SEVERAL_MAX / 2)

/* Of a long message TCP may take a part. What is edited has to be in it: from here on a request is left to
 * the next call of this program, which the kernel makes when it has sent what is in front of it. If there is
 * no room for all of that, it would not make it for what the process sends again. */
static __always_inline bool http2_message_cut(struct feed *feed)
{
    const struct http2 *http2 = &http2_feed_of(feed)->side->http2;
    struct sk_msg_md *msg = feed->source;
    struct tcp_sock *tcp = msg->sk ? bpf_skc_to_tcp_sock(msg->sk) : NULL;
    struct cursor *cursor = feed->cursor;
    __u64 settled = feed->stream->position - cursor->position;

    if (http2->phase != HTTP2_IN_HEADER || http2->gathered || settled >= cursor->size)
        return false;
    feed_skip(feed, settled);
    if (cursor->offset < CUT_FROM || cursor->size < HTTP2_HEADER_SIZE || !tcp ||
        !header_fits(msg, tcp, 0, msg->size, false) || !message_load(feed, 0, HTTP2_HEADER_SIZE) ||
        window_byte(feed->window, 3) != HTTP2_HEADERS)
        return false;
    return !bpf_msg_apply_bytes(msg, cursor->offset);
}

static long http2_message_step(__u32 index, void *state)
{
    (void)index;
    if (http2_message_cut(state))
        return 1;
    return http2_walk_step(state, message_load, http2_message_request);
}

SEC("sk_msg")
int on_http2_message(struct sk_msg_md *msg)
{
    struct connection *connection = message_connection(msg);
    struct bpf_sock *sk = msg->sk;
    struct http2_feed feed = {};
    __u32 slot;

    /* What is left of a message that was cut still has the number from there. */
    bpf_msg_apply_bytes(msg, 0);
    if (!connection || !sk)
        return SK_PASS;
    feed.side = http2_side_of(sk, false, BPF_SK_STORAGE_GET_F_CREATE);
    feed.other = http2_side_of(sk, true, 0);
    if (!feed.side || !message_begin(&feed.feed, msg, connection, &slot))
        return SK_PASS;
    repeat(FEED_STEPS, http2_message_step, &feed);
    return message_end(&feed.feed, slot);
}
