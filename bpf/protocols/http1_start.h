/* SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
/* The first line of an HTTP/1 message. */
#pragma once
#include "http1_head.h"

#define HTTP1_METHOD_MAX 24

static __always_inline bool http1_is_version(__u64 word)
{
    return (word | WORD(0, 0, 0, 0, 0, 0, 0, 1)) == WORD('H', 'T', 'T', 'P', '/', '1', '.', '1');
}

/* A method is upper-case letters and hyphens (M-SEARCH) followed by a space. */
static __always_inline bool http1_is_method(const struct window *window, __u32 at)
{
    for (__u32 i = 0; i < HTTP1_METHOD_MAX; i++) {
        __u8 c = window_byte(window, at + i);

        if (c == ' ')
            return i >= 3;
        if ((c < 'A' || c > 'Z') && c != '-')
            return false;
    }
    return false;
}

/* The beginning of a start line decides what the message is; its end proves it. */
static __always_inline bool http1_begin(struct http1_head *head,
                                        const struct window *window,
                                        __u32 at)
{
    __u64 word = window_word(window, at);

    if (http1_is_version(word)) {
        if (word >> 56 == '0')
            head->flags |= HTTP1_VERSION_0;
        return true;
    }
    if (!http1_is_method(window, at))
        return false;
    head->flags |= HTTP1_REQUEST;
    if ((word & 0xffffffffffULL) == WORD('H', 'E', 'A', 'D', ' ', 0, 0, 0))
        head->flags |= HTTP1_METHOD_HEAD;
    if (word == WORD('C', 'O', 'N', 'N', 'E', 'C', 'T', ' '))
        head->flags |= HTTP1_METHOD_CONNECT;
    return true;
}

/* RFC 9113, 3.4: made so that who knows only HTTP/1 takes it for a request that he cannot understand. */
static __always_inline bool http1_is_preface(const struct window *window, __u32 at, __u32 size)
{
    return size == 14 && window_word(window, at) == WORD('P', 'R', 'I', ' ', '*', ' ', 'H', 'T') &&
           window_word(window, at + 6) == WORD('H', 'T', 'T', 'P', '/', '2', '.', '0');
}

static __always_inline bool http1_status(struct http1_head *head,
                                         const struct window *window,
                                         __u32 at)
{
    __u32 hundreds = window_byte(window, at + 9) - '0';
    __u32 tens = window_byte(window, at + 10) - '0';
    __u32 ones = window_byte(window, at + 11) - '0';
    __u8 behind = window_byte(window, at + 12);

    head->status = (__u16)(hundreds * 100 + tens * 10 + ones);
    return window_byte(window, at + 8) == ' ' && hundreds >= 1 && hundreds <= 9 && tens <= 9 &&
           ones <= 9 && (behind == ' ' || behind == '\r' || behind == '\n');
}

static __always_inline bool http1_start_line(struct http1_head *head,
                                             const struct window *window,
                                             __u32 at,
                                             __u32 size)
{
    bool overlong = head->flags & HTTP1_OVERLONG;
    __u64 last = window_word(window, at + size - 8);

    if (size < 12)
        return false;
    if (!overlong && !http1_begin(head, window, at))
        return false;
    if (head->flags & HTTP1_REQUEST) {
        if (!http1_is_version(last) || window_byte(window, at + size - 9) != ' ')
            return false;
        if (last >> 56 == '0')
            head->flags |= HTTP1_VERSION_0;
        return true;
    }
    if (overlong)
        return head->status != 0;
    return http1_status(head, window, at);
}
