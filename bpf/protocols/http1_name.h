/* SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
/* The names of the header fields that are read. */
#pragma once
#include "http1_head.h"

static __always_inline bool http1_is_space(__u8 c)
{
    return c == ' ' || c == '\t';
}

/* The fields that are read. */
enum http1_name : __u8 {
    HTTP1_NAME_OTHER,
    HTTP1_NAME_TRACEPARENT,
    HTTP1_NAME_LENGTH,
    HTTP1_NAME_TRANSFER_ENCODING,
    HTTP1_NAME_UPGRADE,
    HTTP1_NAME_TRACESTATE,
    HTTP1_NAME_BAGGAGE,
    HTTP1_NAME_B3,
    HTTP1_NAME_B3_TRACE_ID,
    HTTP1_NAME_B3_SPAN_ID,
    HTTP1_NAME_B3_PARENT_ID,
    HTTP1_NAME_B3_SAMPLED,
    HTTP1_NAME_B3_FLAGS,
    HTTP1_NAME_SPACED, /* of framing, with white space before the colon: RFC 9112, 5.1 */
    HTTP1_NAME_NONE,   /* the line continues the one before: RFC 9112, 5.2 */
};

#define HTTP1_NAME_TAIL(word, size) ((word) & ((1ULL << (size) * 8) - 1))

/* `next`: what stands behind "x-b3-". */
static __always_inline enum http1_name http1_b3_name(__u64 next, __u64 last)
{
    if (next == WORD('t', 'r', 'a', 'c', 'e', 'i', 'd', ':'))
        return HTTP1_NAME_B3_TRACE_ID;
    if (HTTP1_NAME_TAIL(next, 7) == WORD('s', 'p', 'a', 'n', 'i', 'd', ':', 0))
        return HTTP1_NAME_B3_SPAN_ID;
    if (next == WORD('s', 'a', 'm', 'p', 'l', 'e', 'd', ':'))
        return HTTP1_NAME_B3_SAMPLED;
    if (HTTP1_NAME_TAIL(next, 6) == WORD('f', 'l', 'a', 'g', 's', ':', 0, 0))
        return HTTP1_NAME_B3_FLAGS;
    if (next == WORD('p', 'a', 'r', 'e', 'n', 't', 's', 'p') &&
        HTTP1_NAME_TAIL(last, 5) == WORD('a', 'n', 'i', 'd', ':', 0, 0, 0))
        return HTTP1_NAME_B3_PARENT_ID;
    return HTTP1_NAME_OTHER;
}

/* `behind`: the character behind a name of framing. */
static __always_inline enum http1_name http1_closed(__u8 behind, enum http1_name name)
{
    if (behind == ':')
        return name;
    return http1_is_space(behind) ? HTTP1_NAME_SPACED : HTTP1_NAME_OTHER;
}

static __always_inline enum http1_name http1_name(const struct window *window, __u32 at)
{
    __u64 first = lower_case(window_word(window, at));
    __u64 next = lower_case(window_word(window, at + 8));

    if (HTTP1_NAME_TAIL(first, 3) == WORD('b', '3', ':', 0, 0, 0, 0, 0))
        return HTTP1_NAME_B3;
    if (HTTP1_NAME_TAIL(first, 5) == WORD('x', '-', 'b', '3', '-', 0, 0, 0))
        return http1_b3_name(lower_case(window_word(window, at + 5)),
                             lower_case(window_word(window, at + 13)));
    switch (first) {
    case WORD('t', 'r', 'a', 'c', 'e', 'p', 'a', 'r'):
        if ((__u32)next == (__u32)WORD('e', 'n', 't', ':', 0, 0, 0, 0))
            return HTTP1_NAME_TRACEPARENT;
        break;
    case WORD('c', 'o', 'n', 't', 'e', 'n', 't', '-'):
        if (HTTP1_NAME_TAIL(next, 6) == WORD('l', 'e', 'n', 'g', 't', 'h', 0, 0))
            return http1_closed(next >> 48, HTTP1_NAME_LENGTH);
        break;
    case WORD('t', 'r', 'a', 'n', 's', 'f', 'e', 'r'):
        if (next == WORD('-', 'e', 'n', 'c', 'o', 'd', 'i', 'n') &&
            (window_byte(window, at + 16) | 0x20) == 'g')
            return http1_closed(window_byte(window, at + 17), HTTP1_NAME_TRANSFER_ENCODING);
        break;
    case WORD('u', 'p', 'g', 'r', 'a', 'd', 'e', ':'):
        return HTTP1_NAME_UPGRADE;
    case WORD('t', 'r', 'a', 'c', 'e', 's', 't', 'a'):
        if (HTTP1_NAME_TAIL(next, 3) == WORD('t', 'e', ':', 0, 0, 0, 0, 0))
            return HTTP1_NAME_TRACESTATE;
        break;
    case WORD('b', 'a', 'g', 'g', 'a', 'g', 'e', ':'):
        return HTTP1_NAME_BAGGAGE;
    }
    return http1_is_space(window_byte(window, at)) ? HTTP1_NAME_NONE : HTTP1_NAME_OTHER;
}

/* Of each name, its colon included. */
static const __u8 http1_name_sizes[] = {
    [HTTP1_NAME_TRACEPARENT] = 12,
    [HTTP1_NAME_LENGTH] = 15,
    [HTTP1_NAME_TRANSFER_ENCODING] = 18,
    [HTTP1_NAME_UPGRADE] = 8,
    [HTTP1_NAME_TRACESTATE] = 11,
    [HTTP1_NAME_BAGGAGE] = 8,
    [HTTP1_NAME_B3] = 3,
    [HTTP1_NAME_B3_TRACE_ID] = 13,
    [HTTP1_NAME_B3_SPAN_ID] = 12,
    [HTTP1_NAME_B3_PARENT_ID] = 18,
    [HTTP1_NAME_B3_SAMPLED] = 13,
    [HTTP1_NAME_B3_FLAGS] = 11,
};
