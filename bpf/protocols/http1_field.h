/* SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
/* The header fields that framing and propagation need. */
#pragma once
#include "http1_head.h"

#define HTTP1_WHITE_SPACE_MAX 16
#define HTTP1_LENGTH_DIGITS_MAX 18 /* below 2^63 */

static __always_inline bool http1_is_space(__u8 c)
{
    return c == ' ' || c == '\t';
}

/* Strips spaces and tabs around the value that starts at *at and ends at *end. */
static __always_inline void http1_trim(const struct window *window, __u32 *at, __u32 *end)
{
    for (__u32 i = 0; i < HTTP1_WHITE_SPACE_MAX; i++) {
        __u8 c = window_byte(window, *at);

        if (!http1_is_space(c) || *at >= *end)
            break;
        (*at)++;
    }
    for (__u32 i = 0; i < HTTP1_WHITE_SPACE_MAX; i++) {
        __u8 c = window_byte(window, *end - 1);

        if (!http1_is_space(c) || *at >= *end)
            break;
        (*end)--;
    }
}

static __always_inline void http1_length(struct http1_head *head,
                                         const struct window *window,
                                         __u32 at,
                                         __u32 end)
{
    __u64 length = 0;
    __u32 digits = 0;

    http1_trim(window, &at, &end);
    for (; digits < HTTP1_LENGTH_DIGITS_MAX; digits++) {
        __u32 digit = window_byte(window, at + digits) - '0';

        if (at + digits >= end || digit > 9)
            break;
        length = length * 10 + digit;
    }
    if (digits == 0 || at + digits != end ||
        ((head->flags & HTTP1_LENGTH) && head->content_length != length))
        head->flags |= HTTP1_BAD_FRAMING;
    head->flags |= HTTP1_LENGTH;
    head->content_length = length;
}

static __always_inline void http1_transfer_encoding(struct http1_head *head,
                                                    const struct window *window,
                                                    __u32 at,
                                                    __u32 end)
{
    __u32 before;
    __u64 last;

    http1_trim(window, &at, &end);
    last = lower_case(window_word(window, end - 7)) << 8;
    before = end - 8;
    if (window_byte(window, before) == ' ')
        before--;
    if (end < at + 7 || last != WORD('c', 'h', 'u', 'n', 'k', 'e', 'd', 0) << 8 ||
        (end > at + 7 && (before < at || window_byte(window, before) != ',')))
        head->flags |= HTTP1_BAD_FRAMING; /* a body in another coding ends with the connection */
    head->flags |= HTTP1_CHUNKED;
}

static __always_inline void http1_traceparent(
    struct http1_head *head, const struct window *window, __u32 at, __u32 end, __u32 line)
{
    __u32 field = at;

    http1_trim(window, &at, &end);
    if (head->flags & (HTTP1_CONTEXT | HTTP1_BAD_CONTEXT) ||
        !traceparent_read(window, at, end - at, &head->context)) {
        head->flags = (head->flags & ~HTTP1_CONTEXT) | HTTP1_BAD_CONTEXT;
        return;
    }
    head->flags |= HTTP1_CONTEXT;
    head->context_at = head->size + line + (at - field);
}

/* The fields that are read. */
enum http1_name : __u8 {
    HTTP1_NAME_OTHER,
    HTTP1_NAME_TRACEPARENT,
    HTTP1_NAME_LENGTH,
    HTTP1_NAME_TRANSFER_ENCODING,
    HTTP1_NAME_UPGRADE,
    HTTP1_NAME_NONE, /* the line continues the one before: RFC 9112, 5.2 */
};

static __always_inline enum http1_name http1_name(const struct window *window, __u32 at)
{
    __u64 next = lower_case(window_word(window, at + 8));

    switch (lower_case(window_word(window, at))) {
    case WORD('t', 'r', 'a', 'c', 'e', 'p', 'a', 'r'):
        if ((__u32)next == (__u32)WORD('e', 'n', 't', ':', 0, 0, 0, 0))
            return HTTP1_NAME_TRACEPARENT;
        break;
    case WORD('c', 'o', 'n', 't', 'e', 'n', 't', '-'):
        if (next << 8 == WORD('l', 'e', 'n', 'g', 't', 'h', ':', 0) << 8)
            return HTTP1_NAME_LENGTH;
        break;
    case WORD('t', 'r', 'a', 'n', 's', 'f', 'e', 'r'):
        if (next == WORD('-', 'e', 'n', 'c', 'o', 'd', 'i', 'n') &&
            (window_byte(window, at + 16) | 0x20) == 'g' && window_byte(window, at + 17) == ':')
            return HTTP1_NAME_TRANSFER_ENCODING;
        break;
    case WORD('u', 'p', 'g', 'r', 'a', 'd', 'e', ':'):
        return HTTP1_NAME_UPGRADE;
    }
    return http1_is_space(window_byte(window, at)) ? HTTP1_NAME_NONE : HTTP1_NAME_OTHER;
}

/* A value goes on that was taken for complete. */
static __always_inline void http1_continued(struct http1_head *head, __u32 line)
{
    if (head->size + line != head->behind_at)
        return;
    head->flags |= HTTP1_BAD_FRAMING;
    if (head->flags & HTTP1_CONTEXT)
        head->flags = (head->flags & ~HTTP1_CONTEXT) | HTTP1_BAD_CONTEXT;
}

static __always_inline void http1_field(
    struct http1_head *head, const struct window *window, enum http1_name name, __u32 at, __u32 end)
{
    switch (name) {
    case HTTP1_NAME_TRACEPARENT:
        http1_traceparent(head, window, at + 12, end, at + 12);
        break;
    case HTTP1_NAME_LENGTH:
        http1_length(head, window, at + 15, end);
        break;
    case HTTP1_NAME_TRANSFER_ENCODING:
        http1_transfer_encoding(head, window, at + 18, end);
        break;
    case HTTP1_NAME_UPGRADE:
        head->flags |= HTTP1_UPGRADE;
        break;
    case HTTP1_NAME_NONE:
        http1_continued(head, at);
        break;
    case HTTP1_NAME_OTHER:
        break;
    }
}

/* A field longer than what can be kept. Even when all of it is in the window its value is not read: how
 * the head was cut must not decide what it says. */
static __always_inline void http1_overlong_field(struct http1_head *head,
                                                 enum http1_name name,
                                                 __u32 at)
{
    switch (name) {
    case HTTP1_NAME_TRACEPARENT:
        head->flags = (head->flags & ~HTTP1_CONTEXT) | HTTP1_BAD_CONTEXT;
        break;
    case HTTP1_NAME_LENGTH:
    case HTTP1_NAME_TRANSFER_ENCODING:
        head->flags |= HTTP1_BAD_FRAMING;
        break;
    case HTTP1_NAME_UPGRADE:
        head->flags |= HTTP1_UPGRADE;
        break;
    case HTTP1_NAME_NONE:
        http1_continued(head, at);
        break;
    case HTTP1_NAME_OTHER:
        break;
    }
}
