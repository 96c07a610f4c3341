/* SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
/* Writes `traceparent` into the head of a request that is just being sent.
 *
 * Where: in front of the blank line. Only there is it known that the application wrote no context of
 * its own, however the head was cut into sends. How: bpf_msg_push_data() makes room, bpf_msg_pull_data()
 * makes the message linear again. Without the latter each piece would become a TCP segment of its own
 * (11 us instead of 2), and on non-blocking sockets the kernel loses count of what it took. */
#pragma once
#include "../core/client.h"
#include "header_lines.h"
#include "message_feed.h"

#define SPACE_SLACK 4096  /* what TCP may need besides the bytes */
#define SPACE_ALWAYS 512  /* an empty send buffer takes at least this, however small it is */
#define SEVERAL_MAX 16384 /* a longer message is edited in its first request only */

/* Would TCP take the whole of the grown message, or at least everything up to the end of the edit? If
 * it took less, a non-blocking sender would be told a number that counts some of our bytes as its own,
 * and would send again what every place known behind the edit does not fit any more. `follows`: other
 * requests stand before this one in the message. */
static __always_inline bool header_fits(
    struct sk_msg_md *msg, const struct tcp_sock *tcp, __u32 grows, __u32 end, bool follows)
{
    const struct sock *sock = (const struct sock *)tcp;
    int queued = sock->sk_wmem_queued;
    __u32 unsent = tcp->write_seq - tcp->snd_nxt;
    __u32 size = msg->size + grows;

    if (tcp->notsent_lowat && tcp->notsent_lowat <= unsent + size)
        return false;
    if (follows && size > SEVERAL_MAX)
        return false;
    return sock->sk_sndbuf - queued > (int)(size + size / 8 + SPACE_SLACK) ||
           (!follows && queued == 0 && end <= SPACE_ALWAYS);
}

/* Where in the message a byte of the head is; -1: it went out with an earlier one. */
static __always_inline int header_locate(const struct feed *feed, __u32 in_head)
{
    __u32 behind = feed->stream->head.size - in_head;

    return feed->cursor->offset < behind ? -1 : (int)(feed->cursor->offset - behind);
}

/* Takes the room back. If even that fails, stray bytes would go out: rather no byte at all. */
static __always_inline enum counter header_undo(struct sk_msg_md *msg,
                                                __u32 at,
                                                __u32 size,
                                                int *verdict)
{
    if (bpf_msg_pop_data(msg, at, size, 0))
        *verdict = SK_DROP;
    return COUNTER_SKIP_ROLLED_BACK;
}

/* Makes room for `size` bytes at `at`, in memory that is linear up to behind them. */
static __always_inline enum counter header_make_room(struct sk_msg_md *msg,
                                                     __u32 at,
                                                     __u32 size,
                                                     int *verdict)
{
    __u32 linear = (long)msg->data_end - (long)msg->data;

    if (linear < at)
        linear = at;
    if (bpf_msg_push_data(msg, at, size, 0))
        return COUNTER_SKIP_PUSH_FAILED;
    if (bpf_msg_pull_data(msg, 0, linear + size, 0))
        return header_undo(msg, at, size, verdict);
    return COUNTER_INJECTED;
}

struct header_copy {
    struct sk_msg_md *msg;
    const struct window *lines;
    __u32 at; /* in the message */
    __u32 size;
    __u32 failed;
    __u32 pad;
};

/* Eight bytes; the last ones overlap those before. */
static long header_copy_word(__u32 index, void *state)
{
    struct header_copy *copy = state;
    __u32 from = index * 8;
    __u8 *to;

    if (from >= copy->size)
        return 1;
    if (from + 8 > copy->size)
        from = copy->size - 8;
    if (copy->at > MESSAGE_REACH || from > LINES_MAX) {
        copy->failed = 1;
        return 1;
    }
    to = (__u8 *)(long)copy->msg->data + copy->at + from;
    if (to + 8 > (__u8 *)(long)copy->msg->data_end) {
        copy->failed = 1;
        return 1;
    }
    *(__u64 *)to = window_word(copy->lines, from);
    return 0;
}

/* The most frequent field alone, at once. */
static __always_inline bool header_copy_traceparent(const struct header_copy *copy,
                                                    const __u32 size)
{
    __u8 *to = (__u8 *)(long)copy->msg->data + at_most(copy->at, MESSAGE_REACH);

    if (copy->at > MESSAGE_REACH || to + size > (__u8 *)(long)copy->msg->data_end)
        return false;
    for (__u32 at = 0; at < size - 8; at += 8)
        *(__u64 *)(to + at) = window_word(copy->lines, at);
    *(__u64 *)(to + size - 8) = window_word(copy->lines, size - 8);
    return true;
}

/* Writes the `size` bytes of `lines` over what stands at `at` in the message. */
static __always_inline bool header_write(struct sk_msg_md *msg,
                                         __u32 at,
                                         const struct window *lines,
                                         __u32 size)
{
    struct header_copy copy = {.msg = msg, .lines = lines, .at = at, .size = size};

    if (size == TRACEPARENT_LINE)
        return header_copy_traceparent(&copy, TRACEPARENT_LINE);
    if (size == TRACEPARENT_LITERAL)
        return header_copy_traceparent(&copy, TRACEPARENT_LITERAL);
    bpf_loop(LINES_MAX / 8, header_copy_word, &copy, 0);
    return !copy.failed;
}

/* Makes room for them, and writes them there. */
static __always_inline enum counter header_insert(
    struct sk_msg_md *msg, __u32 at, const struct window *lines, __u32 size, int *verdict)
{
    enum counter made = header_make_room(msg, at, size, verdict);

    if (made != COUNTER_INJECTED)
        return made;
    return header_write(msg, at, lines, size) ? COUNTER_INJECTED
                                              : header_undo(msg, at, size, verdict);
}

/* Replaces the 16 digits of a span id that start at `in_head` in the head, 0: there are none. */
static __always_inline bool header_rewrite(struct feed *feed, __u32 in_head, const __u8 *id)
{
    const __u32 *words = (const __u32 *)id;
    struct sk_msg_md *msg = feed->source;
    int at = header_locate(feed, in_head);
    __u8 *to;

    if (!in_head)
        return true;
    if (at < 0 || at > MESSAGE_REACH || bpf_msg_pull_data(msg, 0, at + 2 * SPAN_ID_SIZE, 0))
        return false;
    to = (__u8 *)(long)msg->data + at;
    if (to + 2 * SPAN_ID_SIZE > (__u8 *)(long)msg->data_end)
        return false;
    *(__u64 *)to = hex_encode(words[0]);
    *(__u64 *)(to + 8) = hex_encode(words[1]);
    return true;
}
