/* SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
/* What a field of a header block says. Context, length and the fields that the user named end up in
 * struct http1_head and in the window's finds, as in HTTP/1, so that what follows need not know the
 * difference; the rest in struct http2_fields. */
#pragma once
#include "http1_field.h"
#include "http2_frame.h"

#define HTTP2_LINE (WINDOW_SIZE / 2) /* the upper half of the window is for texts */
#define HTTP2_LINE_MAX (WINDOW_SIZE - HPACK_VALUE)

struct http2_reader {
    struct http2 *http2;
    struct http1_head *head;
    struct window *window;
};

static __always_inline const __u8 *http2_value(const struct http2 *http2)
{
    __u32 at = http2->hpack.value_at;

    return http2->hpack.bytes + (at < HPACK_VALUE_AT ? at : HPACK_VALUE_AT);
}

#define HTTP2_NO_NUMBER 0xffff

static __always_inline __u16 http2_number(const struct http2 *http2, __u32 digits)
{
    const __u8 *value = http2_value(http2);
    __u32 number = 0;

    if (!http2->hpack.value_size || http2->hpack.value_size > digits)
        return HTTP2_NO_NUMBER;
    for (__u32 i = 0; i < digits; i++) {
        __u32 digit = value[i] - '0';

        if (i >= http2->hpack.value_size)
            break;
        if (digit > 9)
            return HTTP2_NO_NUMBER;
        number = number * 10 + digit;
    }
    return number;
}

static __always_inline void http2_method(struct http2 *http2, struct http1_head *head)
{
    struct http2_fields *fields = &http2->fields;
    __u64 word;

    copy_words(fields->method, http2_value(http2), HTTP2_METHOD);
    fields->method_size = http2->hpack.value_size;
    fields->seen |= HTTP2_HAS_METHOD;
    head->flags |= HTTP1_REQUEST;
    word = *(__u64 *)fields->method;
    if (fields->method_size == 4 && (__u32)word == WORD('H', 'E', 'A', 'D', 0, 0, 0, 0))
        head->flags |= HTTP1_METHOD_HEAD;
    if (fields->method_size == 7 && word << 8 == WORD('C', 'O', 'N', 'N', 'E', 'C', 'T', 0) << 8)
        head->flags |= HTTP1_METHOD_CONNECT;
}

/* The value has to stand in the window. */
static __always_inline void http2_show(const struct http2 *http2, struct window *window)
{
    __u32 line = window->line & (WINDOW_SIZE - 1);
    __u32 size = http2->hpack.value_size;

    if (size > HPACK_VALUE)
        size = HPACK_VALUE;
    copy_bytes(window->bytes + line, http2_value(http2), size, HPACK_VALUE);
    http1_value(window, line, line + size);
}

/* What was found there is left in the window. */
static __always_inline void http2_keep(struct window *window)
{
    window->line = (window->end + 7) & ~7U;
}

/* Fields that HTTP/1 has too. */
PROVEN_ONCE int http2_common(struct http2 *http2, struct http1_head *head, struct window *window)
{
    enum http1_name name;

    if (!http2 || !head || !window)
        return 0;
    name = (enum http1_name)http2->hpack.kind;
    if (http2->hpack.flags & (HPACK_VALUE_LOST | HPACK_VALUE_CUT)) {
        if (name == HTTP1_NAME_BAGGAGE)
            head->flags |= HTTP1_BAGGAGE | HTTP1_CUT_BAGGAGE;
        else
            http1_overlong_field(head, window, name, 0, 0, false);
        return 0;
    }
    http2_show(http2, window);
    http1_take(head, window, name);
    if (name == HTTP1_NAME_TRACESTATE || name == HTTP1_NAME_BAGGAGE)
        http2_keep(window);
    return 0;
}

/* A field that the user named. */
PROVEN_ONCE int http2_named(struct http2 *http2, struct http1_head *head, struct window *window)
{
    __u32 rule;

    if (!http2 || !head || !window)
        return 0;
    rule = (http2->hpack.rule - 1) & (HEADER_RULES_MAX - 1);
    head->rules_met |= 1U << rule;
    if (http2->hpack.flags & (HPACK_VALUE_LOST | HPACK_VALUE_CUT))
        return 0;
    http2_show(http2, window);
    http1_found(window, HTTP1_FIND_RULE, rule);
    http2_keep(window);
    return 0;
}

/* Fields that only user space reads: as it reads them in HTTP/1. */
static const char http2_line_names[HPACK_UNKNOWN - HPACK_USER_AGENT][HTTP2_LINE_NAME]
    __attribute__((aligned(8))) = {
        "user-agent: ",
        "forwarded: ",
        "x-forwarded-for: ",
        "x-forwarded-host: ",
        "x-forwarded-proto: ",
};

/* A line that does not fit is left out. */
PROVEN_ONCE int http2_shown(struct http2 *http2)
{
    struct http2_fields *fields;
    __u32 name_size;
    __u32 size;
    __u32 row;
    __u32 at;

    if (!http2 || http2->hpack.flags & HPACK_VALUE_LOST)
        return 0;
    fields = &http2->fields;
    row = http2->hpack.kind - HPACK_USER_AGENT;
    size = http2->hpack.value_size;
    at = fields->lines_size;
    if (row >= HPACK_UNKNOWN - HPACK_USER_AGENT || size > HTTP2_LINE_VALUE || at >= HTTP2_LINES)
        return 0;
    name_size = hpack_kind_sizes[HPACK_USER_AGENT + row] + 2;
    if (name_size > HTTP2_LINE_NAME || at + name_size + size + 2 > HTTP2_LINES)
        return 0;
    copy_words(fields->lines + at, http2_line_names[row], HTTP2_LINE_NAME);
    copy_bytes(fields->lines + at + name_size, http2_value(http2), size, HTTP2_LINE_VALUE);
    at += name_size + size;
    fields->lines[at] = '\r';
    fields->lines[at + 1] = '\n';
    fields->lines_size = at + 2;
    return 0;
}

/* Fields that only HTTP/2 has, or that only its spans want. */
PROVEN_ONCE int http2_own(struct http2 *http2, struct http1_head *head)
{
    struct http2_fields *fields;
    __u16 number;
    __u32 size;

    if (!http2 || !head)
        return 0;
    fields = &http2->fields;
    size = http2->hpack.value_size;
    if (size > 0xffff)
        size = 0xffff;
    if (http2->hpack.kind == HPACK_UNKNOWN) {
        fields->seen |= HTTP2_HAS_UNKNOWN;
        return 0;
    }
    if (http2->hpack.flags & HPACK_VALUE_LOST) {
        fields->seen |= HTTP2_HAS_LOST;
        return 0;
    }
    switch (http2->hpack.kind) {
    case HPACK_METHOD:
        http2_method(http2, head);
        break;
    case HPACK_PATH:
        copy_words(fields->path, http2_value(http2), HTTP2_PATH);
        fields->path_size = size;
        fields->seen |= HTTP2_HAS_PATH;
        break;
    case HPACK_HOST:
        if (fields->seen & HTTP2_HAS_AUTHORITY)
            break;
        fields->seen |= HTTP2_HAS_HOST;
        copy_words(fields->authority, http2_value(http2), HTTP2_AUTHORITY);
        fields->authority_size = size;
        break;
    case HPACK_AUTHORITY:
        fields->seen = (fields->seen & ~HTTP2_HAS_HOST) | HTTP2_HAS_AUTHORITY;
        copy_words(fields->authority, http2_value(http2), HTTP2_AUTHORITY);
        fields->authority_size = size;
        break;
    case HPACK_SCHEME:
        copy_words(fields->scheme, http2_value(http2), HTTP2_SCHEME);
        fields->scheme_size = size;
        break;
    case HPACK_STATUS:
        number = http2_number(http2, 3);
        head->status = number == HTTP2_NO_NUMBER ? 0 : number;
        fields->seen |= HTTP2_HAS_STATUS;
        break;
    case HPACK_CONTENT_TYPE:
        copy_words(fields->content_type, http2_value(http2), HTTP2_CONTENT_TYPE);
        fields->content_type_size = size;
        break;
    case HPACK_GRPC_STATUS:
        fields->grpc_status = http2_number(http2, 4);
        fields->seen |= HTTP2_HAS_GRPC_STATUS;
        break;
    case HPACK_GRPC_MESSAGE:
        copy_words(fields->grpc_message, http2_value(http2), HTTP2_GRPC_MESSAGE);
        fields->grpc_message_size = size;
        break;
    default:
        break;
    }
    return 0;
}

/* The field is complete. */
static __always_inline void http2_field(const struct http2_reader *reader)
{
    struct http2 *http2 = reader->http2;

    if (http2->hpack.kind >= HPACK_USER_AGENT && http2->hpack.kind < HPACK_UNKNOWN)
        http2_shown(http2);
    else if (http2->hpack.kind >= HPACK_METHOD)
        http2_own(http2, reader->head);
    else if (http2->hpack.kind != HPACK_OTHER)
        http2_common(http2, reader->head, reader->window);
    if (http2->hpack.rule)
        http2_named(http2, reader->head, reader->window);
    if (http2->hpack.kind == (enum hpack_kind)HTTP1_NAME_TRACEPARENT) {
        http2->fields.context_form = http2->hpack.form;
        http2->fields.context_begin = http2->field_position;
        http2->fields.context_end = http2->position + reader->window->at;
    }
}

static __always_inline void http2_block_begins(struct http2 *http2, struct http1_head *head)
{
    struct http2_fields *fields = &http2->fields;

    __builtin_memset(head, 0, offsetof(struct http1_head, keep));
    head->phase = HTTP1_FIELDS;
    __builtin_memset(
        &fields->context_begin, 0, sizeof(*fields) - offsetof(struct http2_fields, context_begin));
    hpack_block_begins(&http2->hpack);
}

/* Places in the head mean nothing here, but whether the context is from traceparent does. */
static __always_inline void http2_block_ends(struct http1_head *head)
{
    http1_settle_context(head);
    head->context_at = head->context_at != 0;
    head->b3.single_span_at = 0;
    head->b3.span_at = 0;
    head->b3.parent_at = 0;
    head->phase = HTTP1_DONE;
}
