/* SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
/* Sees, and edits, what client sockets in the sockmap are about to send, in the sending thread.
 *
 * TCP may take a message in part, and after it did so the kernel may pass the rest without calling
 * this program. So nothing here depends on having seen every byte: where the message stands in the
 * stream is told by write_seq, and only a request that begins exactly where the last one ended, by
 * its own framing, is edited (R1). */
#include "../core/http2_programs.h"
#include "http1_baggage.h"
#include "message_feed.h"

char LICENSE[] SEC("license") = "Dual MIT/GPL";

/* True when the byte at `in_head`, if there is any, has not left yet. */
static __always_inline bool message_holds(const struct feed *feed, __u32 in_head)
{
    return !in_head || header_locate(feed, in_head) >= 0;
}

/* A proxy's copy of the context that it received: every place that names the parent. */
static __always_inline enum counter message_rewrite(struct feed *feed,
                                                    const struct exchange *exchange)
{
    const struct http1_head *head = &feed->stream->head;
    const __u8 *id = exchange->span.span_id;
    __u32 parent_at = head->context_at ? head->context_at + TRACEPARENT_PARENT_AT : 0;

    if (!message_holds(feed, parent_at) || !message_holds(feed, head->b3.single_span_at) ||
        !message_holds(feed, head->b3.span_at) || !message_holds(feed, head->b3.parent_at))
        return COUNTER_SKIP_SPLIT;
    if (!header_rewrite(feed, parent_at, id) ||
        !header_rewrite(feed, head->b3.single_span_at, id) ||
        !header_rewrite(feed, head->b3.span_at, id) ||
        !header_rewrite(feed, head->b3.parent_at, exchange->parent_id))
        return COUNTER_SKIP_PUSH_FAILED;
    return COUNTER_REWRITTEN;
}

/* A long baggage, behind the other lines. Returns how many bytes it takes. */
APART __u32 message_add_baggage(struct feed *feed, __u32 at, int *verdict)
{
    struct sk_msg_md *msg = feed->source;
    struct tcp_sock *tcp = bpf_skc_to_tcp_sock(msg->sk);
    const struct baggage *baggage = baggage_wanted(feed->connection);
    __u32 size = baggage_line_size(baggage);

    if (!tcp || !baggage || !size)
        return 0;
    if (header_fits(msg, tcp, size, at + size, header_locate(feed, 0) > 0) &&
        baggage_insert(msg, at, baggage, size, verdict) == COUNTER_INJECTED)
        return size;
    count(COUNTER_CARRY_DROPPED);
    return 0;
}

/* `at`: in the message, where the blank line starts. */
static __always_inline enum counter message_insert(struct feed *feed,
                                                   const struct exchange *exchange,
                                                   const struct tcp_sock *tcp,
                                                   int at,
                                                   int *verdict)
{
    struct sk_msg_md *msg = feed->source;
    enum counter result;

    header_lines(feed->connection, &exchange->span, feed->window);
    if (!header_fits(
            msg, tcp, feed->window->size, at + feed->window->size, header_locate(feed, 0) > 0))
        return COUNTER_SKIP_NO_SPACE;
    result = header_insert(msg, at, feed->window, feed->window->size, verdict);
    if (result == COUNTER_INJECTED && feed->connection->parent.cookie)
        feed->window->size += message_add_baggage(feed, at + feed->window->size, verdict);
    return result;
}

static __always_inline enum counter message_edit(struct feed *feed,
                                                 const struct exchange *exchange,
                                                 int *verdict)
{
    const struct http1_head *head = &feed->stream->head;
    struct sk_msg_md *msg = feed->source;
    struct tcp_sock *tcp = bpf_skc_to_tcp_sock(msg->sk);
    int at = header_locate(feed, head->blank_at);

    if (!settings.inject_headers)
        return COUNTER_SKIP_DISABLED;
    if (throttle_spares(&exchange->span))
        return COUNTER_SKIP_THROTTLED;
    if (!feed->stream->proven || !tcp)
        return COUNTER_SKIP_UNPROVEN;
    if (exchange->carrier == CARRIER_REWRITTEN)
        return message_rewrite(feed, exchange);
    if (head->flags & HTTP1_BAD_CONTEXT || head->b3.seen)
        return COUNTER_SKIP_INVALID;
    if (at < 0 || at > MESSAGE_REACH)
        return COUNTER_SKIP_SPLIT;
    return message_insert(feed, exchange, tcp, at, verdict);
}

APART void message_note(const struct connection *connection, struct exchange *exchange)
{
    struct request_name name = {.cookie = connection->cookie, .ordinal = connection->opened};

    header_lines_note(connection, exchange, &name);
}

static __always_inline void message_request(struct feed *feed)
{
    struct connection *connection = feed->connection;
    int carrier = client_request(connection, current_pid(), current_tid());
    struct exchange *exchange = exchange_newest(connection);
    int verdict = SK_PASS;
    enum counter result;

    if (carrier == CARRIER_APPLICATION || !exchange)
        return;
    result = message_edit(feed, exchange, &verdict);
    count(result);
    if (result == COUNTER_INJECTED) {
        __u32 size = feed->window->size;

        exchange->carrier = CARRIER_INJECTED;
        message_note(connection, exchange);
        feed_skip(feed, size);
        feed->cursor->size += size;
        feed->stream->position += size;
    } else if (result != COUNTER_REWRITTEN) {
        exchange->carrier = result == COUNTER_SKIP_DISABLED ? CARRIER_NONE : CARRIER_SKIPPED;
        sent_remember(connection, feed->stream->head_position, &exchange->span);
        if (settings.tcp_option)
            option_schedule(connection, feed->stream->head_position, &exchange->span);
        if (option_left(connection, feed->stream->head_position))
            exchange->carrier = CARRIER_TCP_OPTION;
    }
    feed->cursor->dropped |= verdict == SK_DROP;
}

static long message_step(__u32 index, void *state)
{
    (void)index;
    return stream_step(state, message_load, message_request);
}

SEC("sk_msg")
int on_message(struct sk_msg_md *msg)
{
    struct connection *connection = message_connection(msg);
    struct feed feed = {};
    int verdict = SK_PASS;
    __u32 slot;

    if (!connection)
        return SK_PASS;
    if (!connection->http2 && message_begin(&feed, msg, connection, &slot)) {
        repeat(FEED_STEPS, message_step, &feed);
        verdict = message_end(&feed, slot);
    }
    if (connection->http2)
        bpf_tail_call(msg, &http2_message, 0);
    return verdict;
}
