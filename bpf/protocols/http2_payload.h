/* SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
/* What the header of a frame leads to, and the numbers in its payload (RFC 9113, 6). */
#pragma once
#include "http2_detect.h"
#include "http2_field.h"

/* `size` bytes are wanted before anything can be said. */
static __always_inline void http2_expect(struct http2 *http2, enum http2_phase phase, __u32 size)
{
    http2->phase = phase;
    http2->wanted = size;
}

/* The rest of the frame, padding included, is of no interest. */
static __always_inline void http2_ignore_rest(struct http2 *http2)
{
    http2->left += http2->padding;
    http2->padding = 0;
    http2->phase = HTTP2_IN_REST;
}

static __always_inline __u32 http2_u32(const __u8 *bytes)
{
    return (__u32)bytes[0] << 24 | bytes[1] << 16 | bytes[2] << 8 | bytes[3];
}

static __always_inline void http2_data_passes(struct http2 *http2)
{
    http2->data_size = http2->left;
    http2->end_stream = http2->flags & HTTP2_END_STREAM;
    http2->event = HTTP2_DATA_PASSES;
    http2_ignore_rest(http2);
}

/* Behind the padding length, the priority and the promised stream. */
static __always_inline void http2_content_begins(struct http2 *http2, struct http1_head *head)
{
    if (http2->type == HTTP2_DATA) {
        http2_data_passes(http2);
        return;
    }
    http2->block_type = http2->type;
    http2->block_position = http2->frame_position;
    http2->end_stream = http2->type == HTTP2_HEADERS && http2->flags & HTTP2_END_STREAM;
    http2->phase = HTTP2_IN_BLOCK;
    http2_block_begins(http2, head);
}

static __always_inline void http2_prefix(struct http2 *http2, struct http1_head *head)
{
    bool padded = http2->flags & HTTP2_PADDED;
    __u32 padding = padded ? http2->gather[0] : 0;

    http2->phase = HTTP2_BAD;
    if (padding > http2->left)
        return;
    if (http2->type == HTTP2_PUSH_PROMISE)
        http2->promised = http2_u32(http2->gather + padded) & HTTP2_STREAM_MAX;
    http2->padding = padding;
    http2->left -= padding;
    http2_content_begins(http2, head);
}

static __always_inline void http2_setting(struct http2 *http2)
{
    __u32 value = http2_u32(http2->gather + 2);
    __u32 limit = ~0U;
    __u32 least = 0;

    switch (http2->gather[0] << 8 | http2->gather[1]) {
    case HTTP2_HEADER_TABLE_SIZE:
        http2->settings.table_size = value;
        break;
    case HTTP2_ENABLE_PUSH:
        limit = 1;
        break;
    case HTTP2_INITIAL_WINDOW_SIZE:
        limit = HTTP2_STREAM_MAX;
        break;
    case HTTP2_MAX_FRAME_SIZE:
        http2->settings.frame_size = value;
        least = HTTP2_FRAME_SIZE;
        limit = HTTP2_FRAME_SIZE_MAX;
        break;
    case HTTP2_MAX_HEADER_LIST_SIZE:
        http2->settings.list_size = value;
        break;
    }
    if (value < least || value > limit)
        http2->phase = HTTP2_BAD;
    else if (!http2->left)
        http2->event = HTTP2_SETTINGS_CHANGE;
    if (http2->event)
        http2_ignore_rest(http2);
}

static __always_inline void http2_code(struct http2 *http2)
{
    if (http2->type == HTTP2_RST_STREAM) {
        http2->code = http2_u32(http2->gather);
        http2->event = HTTP2_STREAM_RESET;
    } else {
        http2->last_stream = http2_u32(http2->gather) & HTTP2_STREAM_MAX;
        http2->code = http2_u32(http2->gather + 4);
        http2->event = HTTP2_GOES_AWAY;
    }
    http2_ignore_rest(http2);
}

static __always_inline void http2_settings_begin(struct http2 *http2)
{
    http2_expect(http2, HTTP2_IN_SETTING, HTTP2_SETTING_SIZE);
    if (http2->left)
        return;
    http2->event = http2->flags & HTTP2_ACK ? HTTP2_SETTINGS_TAKEN : HTTP2_SETTINGS_CHANGE;
    http2_ignore_rest(http2);
}

/* The bytes in front of data or a header block. */
static __always_inline __u32 http2_prefix_size(const struct http2 *http2)
{
    __u32 size = http2->flags & HTTP2_PADDED ? 1 : 0;

    if (http2->type == HTTP2_HEADERS && http2->flags & HTTP2_HAS_PRIORITY)
        size += HTTP2_PRIORITY_SIZE;
    if (http2->type == HTTP2_PUSH_PROMISE)
        size += 4;
    return size;
}

/* Sizes and streams that make a connection end: RFC 9113, 4.2, 5.4.1 and 6. */
static __always_inline bool http2_is_sound(const struct http2 *http2)
{
    __u32 size = http2->frame_size;
    bool connection = !http2->stream;

    if (size > http2->frame_limit)
        return false;
    if (http2->continues ? http2->type != HTTP2_CONTINUATION || http2->stream != http2->block_stream
                         : http2->type == HTTP2_CONTINUATION)
        return false;
    if (http2->first && (http2->type != HTTP2_SETTINGS || http2->flags & HTTP2_ACK))
        return false;
    switch (http2->type) {
    case HTTP2_DATA:
    case HTTP2_HEADERS:
    case HTTP2_PUSH_PROMISE:
        return !connection && size >= http2_prefix_size(http2);
    case HTTP2_PRIORITY:
    case HTTP2_CONTINUATION:
        return !connection;
    case HTTP2_RST_STREAM:
        return !connection && size == 4;
    case HTTP2_SETTINGS:
        return connection && (http2->flags & HTTP2_ACK ? !size : size % HTTP2_SETTING_SIZE == 0);
    case HTTP2_PING:
        return connection && size == 8;
    case HTTP2_GOAWAY:
        return connection && size >= 8;
    case HTTP2_WINDOW_UPDATE:
        return size == 4;
    default:
        return true;
    }
}

static __always_inline void http2_frame(struct http2 *http2, struct http1_head *head)
{
    http2->phase = HTTP2_BAD;
    if (!http2_is_sound(http2))
        return;
    http2->first = 0;
    http2->padding = 0;
    http2->left = http2->frame_size;
    switch (http2->type) {
    case HTTP2_HEADERS:
    case HTTP2_PUSH_PROMISE:
        http2->block_stream = http2->stream;
        /* fallthrough */
    case HTTP2_DATA:
        http2_expect(http2, HTTP2_IN_PREFIX, http2_prefix_size(http2));
        if (!http2->wanted)
            http2_content_begins(http2, head);
        break;
    case HTTP2_CONTINUATION:
        http2->phase = HTTP2_IN_BLOCK;
        break;
    case HTTP2_SETTINGS:
        http2_settings_begin(http2);
        break;
    case HTTP2_RST_STREAM:
        http2_expect(http2, HTTP2_IN_CODE, 4);
        break;
    case HTTP2_GOAWAY:
        http2_expect(http2, HTTP2_IN_CODE, 8);
        break;
    default:
        http2_ignore_rest(http2);
        break;
    }
}

static __always_inline void http2_header(struct http2 *http2, struct http1_head *head)
{
    const __u8 *bytes = http2->gather;

    http2->frame_size = bytes[0] << 16 | bytes[1] << 8 | bytes[2];
    http2->type = (enum http2_type)bytes[3];
    http2->flags = bytes[4];
    http2->stream = http2_u32(bytes + 5) & HTTP2_STREAM_MAX;
    http2_frame(http2, head);
}

static __always_inline void http2_preface(struct http2 *http2)
{
    http2->phase = HTTP2_BAD;
    if (http2_is_preface((const __u64 *)http2->gather))
        http2_expect(http2, HTTP2_IN_HEADER, HTTP2_HEADER_SIZE);
}

/* All that was wanted is there. */
PROVEN_ONCE int http2_gathered(struct http2 *http2, struct http1_head *head)
{
    if (!http2 || !head)
        return 0;
    http2->gathered = 0;
    switch (http2->phase) {
    case HTTP2_IN_PREFACE:
        http2_preface(http2);
        return 0;
    case HTTP2_IN_HEADER:
        http2_header(http2, head);
        return 0;
    default:
        break;
    }
    http2->left -= http2->wanted;
    if (http2->phase == HTTP2_IN_PREFIX)
        http2_prefix(http2, head);
    else if (http2->phase == HTTP2_IN_SETTING)
        http2_setting(http2);
    else
        http2_code(http2);
    return 0;
}
