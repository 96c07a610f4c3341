/* SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
/* The header fields that framing and propagation need. */
#pragma once
#include "http1_name.h"

#define HTTP1_WHITE_SPACE_MAX 16
#define HTTP1_LENGTH_DIGITS_MAX 18 /* below 2^63 */

/* The value between `at` and `end`, without the spaces and tabs around it. */
PROVEN_ONCE int http1_value(struct window *window, __u32 at, __u32 end)
{
    if (!window)
        return 0;
    for (__u32 i = 0; i < HTTP1_WHITE_SPACE_MAX; i++) {
        if (!http1_is_space(window_byte(window, at)) || at >= end)
            break;
        at++;
    }
    for (__u32 i = 0; i < HTTP1_WHITE_SPACE_MAX; i++) {
        if (!http1_is_space(window_byte(window, end - 1)) || at >= end)
            break;
        end--;
    }
    window->value = at;
    window->end = end;
    return 0;
}

static __always_inline void http1_length(struct http1_head *head, const struct window *window)
{
    __u32 at = window->value;
    __u32 end = window->end;
    __u64 length = 0;
    __u32 digits = 0;

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
                                                    const struct window *window)
{
    __u32 at = window->value;
    __u32 end = window->end;
    __u32 before;
    __u64 last;

    last = lower_case(window_word(window, end - 7)) << 8;
    before = end - 8;
    if (window_byte(window, before) == ' ')
        before--;
    if (end < at + 7 || last != WORD('c', 'h', 'u', 'n', 'k', 'e', 'd', 0) << 8 ||
        (end > at + 7 && (before < at || window_byte(window, before) != ',')))
        head->flags |= HTTP1_BAD_FRAMING; /* a body in another coding ends with the connection */
    head->flags |= HTTP1_CHUNKED;
}

static __always_inline void http1_traceparent(struct http1_head *head, const struct window *window)
{
    if (head->flags & (HTTP1_CONTEXT | HTTP1_BAD_CONTEXT) ||
        !traceparent_read(window, window->value, window->end - window->value, &head->context)) {
        head->flags = (head->flags & ~HTTP1_CONTEXT) | HTTP1_BAD_CONTEXT;
        return;
    }
    head->flags |= HTTP1_CONTEXT;
    head->context_at = head->size + window->value;
}

/* A value goes on that was taken for complete. */
static __always_inline void http1_continued(struct http1_head *head, __u32 line)
{
    if (head->size + line != head->behind_at)
        return;
    head->flags |= HTTP1_BAD_FRAMING;
    if (head->flags & HTTP1_CONTEXT)
        head->flags = (head->flags & ~HTTP1_CONTEXT) | HTTP1_BAD_CONTEXT;
    if (head->b3.seen)
        head->b3.seen |= B3_BAD;
}

static __always_inline void http1_found(struct window *window, enum http1_find what, __u8 rule)
{
    __u32 slot = window->found & (WINDOW_FINDS - 1);

    window->finds[slot].at = window->value;
    window->finds[slot].size = window->end - window->value;
    window->finds[slot].what = what;
    window->finds[slot].rule = rule;
    if (window->found < WINDOW_FINDS)
        window->found++;
}

PROVEN_ONCE int http1_b3(struct http1_head *head, const struct window *window, enum http1_name name)
{
    __u32 at;
    __u32 size;

    if (!head || !window)
        return 0;
    at = window->value;
    size = window->end - at;
    switch (name) {
    case HTTP1_NAME_B3:
        b3_single(window, at, size, head->size + at, &head->b3);
        break;
    case HTTP1_NAME_B3_TRACE_ID:
        b3_trace_id(window, at, size, &head->b3);
        break;
    case HTTP1_NAME_B3_SPAN_ID:
        b3_span_id(window, at, size, head->size + at, &head->b3);
        break;
    case HTTP1_NAME_B3_PARENT_ID:
        head->b3.parent_at = size == B3_ID_DIGITS ? head->size + at : 0;
        break;
    case HTTP1_NAME_B3_SAMPLED:
        b3_sampled(window, at, size, &head->b3);
        break;
    default:
        b3_flags(window, at, size, &head->b3);
        break;
    }
    return 0;
}

/* To HTTP/2 in plain text (RFC 7540, 3.2), or to something that is none of our business. */
static __always_inline void http1_upgrade(struct http1_head *head, const struct window *window)
{
    head->flags |= HTTP1_UPGRADE;
    head->to_http2 =
        window->end - window->value == 3 &&
        (window_word(window, window->value) & 0xffffff) == WORD('h', '2', 'c', 0, 0, 0, 0, 0);
}

/* Names that say all there is to say. False: the value counts. */
static __always_inline bool http1_without_value(struct http1_head *head,
                                                enum http1_name name,
                                                __u32 line)
{
    switch (name) {
    case HTTP1_NAME_SPACED:
        head->flags |= HTTP1_BAD_FRAMING; /* some read it, and some do not */
        return true;
    case HTTP1_NAME_NONE:
        http1_continued(head, line);
        return true;
    case HTTP1_NAME_OTHER:
        return true;
    default:
        return false;
    }
}

/* The value in the window belongs to a field of this name. */
static __always_inline void http1_take(struct http1_head *head,
                                       struct window *window,
                                       enum http1_name name)
{
    switch (name) {
    case HTTP1_NAME_TRACEPARENT:
        http1_traceparent(head, window);
        break;
    case HTTP1_NAME_LENGTH:
        http1_length(head, window);
        break;
    case HTTP1_NAME_TRANSFER_ENCODING:
        http1_transfer_encoding(head, window);
        break;
    case HTTP1_NAME_UPGRADE:
        http1_upgrade(head, window);
        break;
    case HTTP1_NAME_TRACESTATE:
        head->flags |= HTTP1_TRACESTATE;
        http1_found(window, HTTP1_FIND_TRACESTATE, 0);
        break;
    case HTTP1_NAME_BAGGAGE:
        head->flags |= HTTP1_BAGGAGE;
        http1_found(window, HTTP1_FIND_BAGGAGE, 0);
        break;
    default:
        http1_b3(head, window, name);
        break;
    }
}

/* The field at `line`, which ends at `end`. */
static __always_inline void http1_field(
    struct http1_head *head, struct window *window, enum http1_name name, __u32 line, __u32 end)
{
    if (http1_without_value(head, name, line))
        return;
    http1_value(window, line + http1_name_sizes[name], end);
    http1_take(head, window, name);
}

/* A field that is longer than what can be kept: from `line` to `end`, or (`goes_on`) only its first piece.
 * Even when all of it is there its value is not read: how the head was cut must not decide what it says.
 * Only baggage is taken piece by piece. */
static __always_inline void http1_overlong_field(struct http1_head *head,
                                                 struct window *window,
                                                 enum http1_name name,
                                                 __u32 line,
                                                 __u32 end,
                                                 bool goes_on)
{
    if (http1_without_value(head, name, line))
        return;
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
    case HTTP1_NAME_TRACESTATE:
        head->flags |= HTTP1_TRACESTATE | HTTP1_CUT_TRACESTATE;
        break;
    case HTTP1_NAME_BAGGAGE:
        head->flags |= HTTP1_BAGGAGE;
        http1_value(window, line + http1_name_sizes[name], end);
        if (goes_on)
            window->end = end;
        http1_found(window, HTTP1_FIND_BAGGAGE, 0);
        break;
    default:
        head->b3.seen |= B3_BAD;
        break;
    }
}

/* The next piece of such a line. */
static __always_inline void http1_overlong_rest(
    const struct http1_head *head, struct window *window, __u32 line, __u32 end, bool goes_on)
{
    if (head->overlong != HTTP1_NAME_BAGGAGE)
        return;
    for (__u32 i = 0; i < HTTP1_WHITE_SPACE_MAX && !goes_on; i++) {
        if (end <= line || !http1_is_space(window_byte(window, end - 1)))
            break;
        end--;
    }
    window->value = line;
    window->end = end;
    http1_found(window, HTTP1_FIND_BAGGAGE_REST, 0);
}

/* A field that the user named? */
PROVEN_ONCE int http1_named(struct http1_head *head, struct window *window, __u32 line, __u32 end)
{
    int rule;

    if (!head || !window)
        return 0;
    rule = header_rule_find(window,
                            line,
                            head->flags & HTTP1_REQUEST ? HEADER_REQUEST | HEADER_RELAY
                                                        : HEADER_RESPONSE);
    if (rule < 0)
        return 0;
    rule &= HEADER_RULES_MAX - 1;
    head->rules_met |= 1U << rule;
    http1_value(window, line + header_rules.sizes[rule] + 1, end);
    http1_found(window, HTTP1_FIND_RULE, rule);
    return 0;
}

/* The head is complete: W3C before B3, and B3 as far as it goes. */
static __always_inline void http1_settle_context(struct http1_head *head)
{
    if (head->b3.seen & B3_BAD)
        head->flags |= HTTP1_BAD_CONTEXT;
    if (head->flags & HTTP1_CONTEXT)
        return;
    head->context_at = 0;
    if (!b3_has_ids(&head->b3))
        return;
    __builtin_memcpy(head->context.trace_id, head->b3.trace_id, TRACE_ID_SIZE);
    __builtin_memcpy(head->context.span_id, head->b3.span_id, SPAN_ID_SIZE);
    head->context.flags = b3_trace_flags(&head->b3);
    head->flags |= HTTP1_CONTEXT;
    if (!b3_decides(&head->b3))
        head->flags |= HTTP1_UNDECIDED;
}
