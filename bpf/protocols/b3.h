/* SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
/* B3 propagation, as Zipkin writes it: one header, `b3: trace-span-state-parent`, or one for each part.
 * Trace ids of 64 bits are padded with zeros. Without a state the receiver decides.
 * https://github.com/openzipkin/b3-propagation */
#pragma once
#include "traceparent.h"

#define B3_ID_DIGITS 16
#define TRACE_FLAG_DEBUG 0x80 /* B3 debug: never written as a W3C flag */

/* What has been read. */
#define B3_SINGLE (1 << 0) /* ids from `b3`: they go before those of the other headers */
#define B3_TRACE_ID (1 << 1)
#define B3_SPAN_ID (1 << 2)
#define B3_SAMPLED (1 << 3)
#define B3_DENIED (1 << 4)
#define B3_DEBUG (1 << 5)
#define B3_BAD (1 << 6) /* something malformed */

#define B3_IDS (B3_TRACE_ID | B3_SPAN_ID)

struct b3 {
    __u32
        single_span_at; /* where in the head the digits of span ids stand that a proxy may forward */
    __u32 span_at;
    __u32 parent_at;
    __u8 seen;
    __u8 pad[3];
    __u8 trace_id[TRACE_ID_SIZE];
    __u8 span_id[SPAN_ID_SIZE];
};

static __always_inline void b3_decide(struct b3 *b3, __u8 state)
{
    if (state == '1')
        b3->seen |= B3_SAMPLED;
    else if (state == '0')
        b3->seen |= B3_DENIED;
    else if (state == 'd')
        b3->seen |= B3_DEBUG;
    else
        b3->seen |= B3_BAD;
}

/* Sixteen digits. Not 0 when they are none, as hex_decode(). */
static __always_inline __u64 b3_half(const struct window *window, __u32 at, __u8 *id)
{
    __u32 *words = (__u32 *)id;

    return hex_decode(window_word(window, at), &words[0]) |
           hex_decode(window_word(window, at + 8), &words[1]);
}

static __always_inline __u64 b3_trace(const struct window *window,
                                      __u32 at,
                                      __u32 digits,
                                      struct b3 *b3)
{
    __u64 errors = b3_half(window, at + digits - B3_ID_DIGITS, b3->trace_id + 8);

    if (digits == B3_ID_DIGITS)
        *(__u64 *)b3->trace_id = 0;
    else
        errors |= b3_half(window, at, b3->trace_id);
    return errors | !(*(__u64 *)b3->trace_id | *(__u64 *)(b3->trace_id + 8));
}

static __always_inline __u64 b3_span(const struct window *window, __u32 at, struct b3 *b3)
{
    return b3_half(window, at, b3->span_id) | !*(__u64 *)b3->span_id;
}

/* The value of `b3`: `size` characters at `at`, which is `in_head` in the head. */
PROVEN_ONCE int b3_single(
    const struct window *window, __u32 at, __u32 size, __u32 in_head, struct b3 *b3)
{
    __u32 digits = 2 * B3_ID_DIGITS;
    __u64 parent;
    __u64 errors;
    __u32 behind;
    __u8 state = 0;

    if (!window || !b3)
        return 0;
    if (size == 1) {
        b3_decide(b3, window_byte(window, at));
        return 0;
    }
    if (window_byte(window, at + B3_ID_DIGITS) == '-')
        digits = B3_ID_DIGITS;
    behind = digits + 1 + B3_ID_DIGITS;
    errors = b3->seen & B3_SINGLE; /* doubled */
    errors |= b3_trace(window, at, digits, b3) | b3_span(window, at + digits + 1, b3);
    errors |= window_byte(window, at + digits) ^ '-';
    if (size >= behind + 2) {
        errors |= window_byte(window, at + behind) ^ '-';
        state = window_byte(window, at + behind + 1);
        behind += 2;
    }
    if (size > behind) {
        errors |= window_byte(window, at + behind) ^ '-';
        errors |= b3_half(window, at + behind + 1, (__u8 *)&parent);
        behind += 1 + B3_ID_DIGITS;
    }
    b3->single_span_at = in_head + digits + 1;
    b3->seen |= B3_SINGLE | B3_IDS;
    if (errors || size != behind)
        b3->seen |= B3_BAD;
    else if (state)
        b3_decide(b3, state);
    return 0;
}

static __always_inline void b3_trace_id(const struct window *window,
                                        __u32 at,
                                        __u32 size,
                                        struct b3 *b3)
{
    if (b3->seen & B3_SINGLE)
        return;
    if (b3->seen & B3_TRACE_ID || (size != B3_ID_DIGITS && size != 2 * B3_ID_DIGITS) ||
        b3_trace(window, at, size == B3_ID_DIGITS ? B3_ID_DIGITS : 2 * B3_ID_DIGITS, b3))
        b3->seen |= B3_BAD;
    b3->seen |= B3_TRACE_ID;
}

static __always_inline void b3_span_id(
    const struct window *window, __u32 at, __u32 size, __u32 in_head, struct b3 *b3)
{
    b3->span_at = in_head;
    if (b3->seen & B3_SINGLE)
        return;
    if (b3->seen & B3_SPAN_ID || size != B3_ID_DIGITS || b3_span(window, at, b3))
        b3->seen |= B3_BAD;
    b3->seen |= B3_SPAN_ID;
}

/* `X-B3-Sampled`: 1 or 0; old tracers write true or false. */
static __always_inline void b3_sampled(const struct window *window,
                                       __u32 at,
                                       __u32 size,
                                       struct b3 *b3)
{
    __u64 word = window_word(window, at);

    if (size == 4 && (__u32)word == WORD('t', 'r', 'u', 'e', 0, 0, 0, 0))
        b3_decide(b3, '1');
    else if (size == 5 && word << 24 == WORD('f', 'a', 'l', 's', 'e', 0, 0, 0) << 24)
        b3_decide(b3, '0');
    else
        b3_decide(b3, size == 1 ? (__u8)word : 0);
}

/* `X-B3-Flags`: 1 is debug, anything else nothing. */
static __always_inline void b3_flags(const struct window *window,
                                     __u32 at,
                                     __u32 size,
                                     struct b3 *b3)
{
    if (size == 1 && window_byte(window, at) == '1')
        b3->seen |= B3_DEBUG;
}

static __always_inline bool b3_has_ids(const struct b3 *b3)
{
    return (b3->seen & (B3_IDS | B3_BAD)) == B3_IDS;
}

static __always_inline bool b3_decides(const struct b3 *b3)
{
    return b3->seen & (B3_SAMPLED | B3_DENIED | B3_DEBUG) && !(b3->seen & B3_BAD);
}

static __always_inline __u8 b3_trace_flags(const struct b3 *b3)
{
    if (b3->seen & B3_DEBUG)
        return TRACE_FLAG_SAMPLED | TRACE_FLAG_DEBUG;
    return b3->seen & B3_SAMPLED && !(b3->seen & B3_DENIED) ? TRACE_FLAG_SAMPLED : 0;
}
