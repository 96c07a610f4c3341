/* SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
/* Writes `traceparent` into the head of a request that is just being sent.
 *
 * Where: in front of the blank line. Only there is it known that the application wrote no context of
 * its own, however the head was cut into sends. How: bpf_msg_push_data() makes room, bpf_msg_pull_data()
 * makes the message linear again. Without the latter each piece would become a TCP segment of its own
 * (11 us instead of 2), and on non-blocking sockets the kernel loses count of what it took. */
#pragma once
#include "../core/client.h"
#include "../core/walk.h"

#define TRACEPARENT_LINE 70  /* "traceparent: " value CR LF */
#define MESSAGE_REACH 0xf000 /* the verifier tracks packet offsets up to 64 KiB */
#define SPACE_SLACK 4096     /* what TCP may need besides the bytes */
#define SPACE_ALWAYS 512     /* an empty send buffer takes at least this, however small it is */
#define SEVERAL_MAX 16384    /* a longer message is edited in its first request only */

/* Would TCP take the whole of the grown message, or at least everything up to the end of the edit? If
 * it took less, a non-blocking sender would be told a number that counts some of our bytes as its own,
 * and would send again what every place known behind the edit does not fit any more. `follows`: other
 * requests stand before this one in the message. */
static __always_inline bool header_fits(struct sk_msg_md *msg,
                                        const struct tcp_sock *tcp,
                                        __u32 end,
                                        bool follows)
{
    const struct sock *sock = (const struct sock *)tcp;
    int queued = sock->sk_wmem_queued;
    __u32 unsent = tcp->write_seq - tcp->snd_nxt;
    __u32 size = msg->size + TRACEPARENT_LINE;

    if (tcp->notsent_lowat && tcp->notsent_lowat <= unsent + size)
        return false;
    if (follows && size > SEVERAL_MAX)
        return false;
    return sock->sk_sndbuf - queued > (int)(size + size / 8 + SPACE_SLACK) ||
           (!follows && queued == 0 && end <= SPACE_ALWAYS);
}

static __always_inline void header_write(__u8 *to, const struct span_context *span)
{
    const __u32 *trace_id = (const __u32 *)span->trace_id;
    const __u32 *span_id = (const __u32 *)span->span_id;
    __u64 *words = (__u64 *)to;

    words[0] = WORD('t', 'r', 'a', 'c', 'e', 'p', 'a', 'r');
    words[1] = WORD('e', 'n', 't', ':', ' ', '0', '0', '-');
    words[2] = hex_encode(trace_id[0]);
    words[3] = hex_encode(trace_id[1]);
    words[4] = hex_encode(trace_id[2]);
    words[5] = hex_encode(trace_id[3]);
    to[48] = '-';
    *(__u64 *)(to + 49) = hex_encode(span_id[0]);
    *(__u64 *)(to + 57) = hex_encode(span_id[1]);
    to[65] = '-';
    to[66] = '0';
    to[67] = '0' + (span->flags & (TRACE_FLAG_SAMPLED | TRACE_FLAG_RANDOM));
    to[68] = '\r';
    to[69] = '\n';
}

/* Where in the message a byte of the head is; -1: it went out with an earlier one. */
static __always_inline int header_locate(const struct feed *feed, __u32 in_head)
{
    __u32 behind = feed->stream->head.size - in_head;

    return feed->cursor->offset < behind ? -1 : (int)(feed->cursor->offset - behind);
}

/* Takes the room back. If even that fails, 70 stray bytes would go out: rather no byte at all. */
static __always_inline enum counter header_undo(struct sk_msg_md *msg, __u32 at, int *verdict)
{
    if (bpf_msg_pop_data(msg, at, TRACEPARENT_LINE, 0))
        *verdict = SK_DROP;
    return COUNTER_SKIP_ROLLED_BACK;
}

static __always_inline enum counter header_insert(struct sk_msg_md *msg,
                                                  __u32 at,
                                                  const struct span_context *span,
                                                  int *verdict)
{
    __u32 linear = (long)msg->data_end - (long)msg->data;
    __u8 *to;

    if (linear < at)
        linear = at;
    if (bpf_msg_push_data(msg, at, TRACEPARENT_LINE, 0))
        return COUNTER_SKIP_PUSH_FAILED;
    if (bpf_msg_pull_data(msg, 0, linear + TRACEPARENT_LINE, 0))
        return header_undo(msg, at, verdict);
    to = (__u8 *)(long)msg->data + at;
    if (to + TRACEPARENT_LINE > (__u8 *)(long)msg->data_end)
        return header_undo(msg, at, verdict);
    header_write(to, span);
    return COUNTER_INJECTED;
}

/* Replaces the 16 digits of the parent id in a header that a proxy forwards. */
static __always_inline enum counter header_rewrite(struct sk_msg_md *msg,
                                                   __u32 at,
                                                   const struct span_context *span)
{
    const __u32 *span_id = (const __u32 *)span->span_id;
    __u8 *to;

    if (bpf_msg_pull_data(msg, 0, at + 2 * SPAN_ID_SIZE, 0))
        return COUNTER_SKIP_PUSH_FAILED;
    to = (__u8 *)(long)msg->data + at;
    if (to + 2 * SPAN_ID_SIZE > (__u8 *)(long)msg->data_end)
        return COUNTER_SKIP_PUSH_FAILED;
    *(__u64 *)to = hex_encode(span_id[0]);
    *(__u64 *)(to + 8) = hex_encode(span_id[1]);
    return COUNTER_REWRITTEN;
}
