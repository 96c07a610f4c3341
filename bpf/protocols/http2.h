/* SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
/* One direction of an HTTP/2 connection, read as a stream (RFC 9113).
 *
 * The caller puts the bytes that follow into the window, at 0 and at most HTTP2_LINE of them, and calls
 * http2_feed(). It returns how many bytes of the stream are settled: up to the next thing that concerns
 * somebody (http2.event), or all. That may be more than there are in the window: what is of no interest is
 * jumped over, as the data of a DATA frame. Nothing need be kept of the window between two calls.
 *
 *   used = http2_feed(http2, head, window, size);
 *   if (window->found) keep what is in window->finds
 *   switch (http2->event) ...
 *   if (http2->phase == HTTP2_BAD) it is no HTTP/2, or a connection that its reader will give up
 *
 * At HTTP2_BLOCK_ENDS the next byte, at http2.position, is where a field would be added: behind the last
 * one, in front of padding. The frame to be made longer starts at http2.frame_position, the one that began
 * the block at http2.block_position. A block with HTTP2_HAS_METHOD is a request, one with HTTP2_HAS_STATUS a
 * response, one without either trailers. */
#pragma once
#include "http2_payload.h"

/* The header block ends here, or goes on in the next frame. */
static __always_inline void http2_fragment_ends(struct http2_reader *reader)
{
    struct http2 *http2 = reader->http2;

    http2->continues = !(http2->flags & HTTP2_END_HEADERS);
    if (!http2->continues && http2->hpack.phase != HPACK_START) {
        http2->phase = HTTP2_BAD;
        return;
    }
    if (!http2->continues) {
        http2_block_ends(reader->head);
        http2->event = HTTP2_BLOCK_ENDS;
    }
    http2_ignore_rest(http2);
}

/* One step in a header block. True: no bytes are left in the window to do it with, or no room for what
 * they say. */
static __always_inline bool http2_block(struct http2_reader *reader)
{
    struct http2 *http2 = reader->http2;
    struct window *window = reader->window;
    __u32 before = window->at;
    __u32 size = http2->in_window - before;

    window->size = before + (size < http2->left ? size : http2->left);
    if (http2->hpack.phase == HPACK_BAD) {
        http2->phase = HTTP2_BAD;
        return true;
    }
    if (hpack_waits(&http2->hpack, window)) {
        if (http2->left)
            return true;
        http2_fragment_ends(reader);
        return false;
    }
    if (window->line > HTTP2_LINE_MAX || window->found >= WINDOW_FINDS - 1)
        return true;
    if (http2->hpack.phase == HPACK_START)
        http2->field_position = http2->position + before;
    hpack_step(&http2->hpack, window);
    http2->left -= window->at - before;
    if (http2->hpack.phase == HPACK_FIELD) {
        http2_field(reader);
        hpack_next(&http2->hpack);
    }
    return false;
}

/* Collects what is wanted. True when it is all there. */
static __always_inline bool http2_gather(struct http2 *http2, struct window *window)
{
    __u32 at = window->at;
    __u32 size = http2->in_window - at;
    __u32 wanted = http2->wanted - http2->gathered;

    if (size > wanted)
        size = wanted;
    copy_words(http2->gather + (http2->gathered & 31),
               window->bytes + (at & (WINDOW_SIZE - 1)),
               HTTP2_PREFACE_SIZE);
    http2->gathered += size;
    window->at = at + size;
    return http2->gathered == http2->wanted;
}

/* The next frame begins behind this one, wherever that is. */
static __always_inline void http2_jump(struct http2 *http2, struct window *window)
{
    window->at += http2->left;
    http2->left = 0;
    http2_expect(http2, HTTP2_IN_HEADER, HTTP2_HEADER_SIZE);
}

/* The same for a writer who has put `size` bytes behind the frame. */
static __always_inline void http2_leave(struct http2 *http2, __u32 size)
{
    http2->position += http2->left + size;
    http2->left = 0;
    http2_expect(http2, HTTP2_IN_HEADER, HTTP2_HEADER_SIZE);
}

static long http2_step(__u32 index, void *state)
{
    struct http2_reader *reader = state;
    struct http2 *http2 = reader->http2;
    struct window *window = reader->window;

    (void)index;
    switch (http2->phase) {
    case HTTP2_BAD:
        return 1;
    case HTTP2_IN_BLOCK:
        if (http2_block(reader))
            return 1;
        break;
    case HTTP2_IN_REST:
        http2_jump(http2, window);
        break;
    default:
        if (window->at >= http2->in_window)
            return 1;
        if (http2->phase == HTTP2_IN_HEADER && !http2->gathered)
            http2->frame_position = http2->position + window->at;
        if (http2_gather(http2, window))
            http2_gathered(http2, reader->head);
        break;
    }
    return http2->event != HTTP2_NOTHING;
}

/* A byte of a header block takes two steps at most, and an entry to be evicted one. */
#define HTTP2_STEPS (4 * HTTP2_LINE)

PROVEN_ONCE __u64 http2_feed(struct http2 *http2,
                             struct http1_head *head,
                             struct window *window,
                             __u32 size)
{
    struct http2_reader reader = {.http2 = http2, .head = head, .window = window};

    if (!http2 || !head || !window)
        return 0;
    http2->event = HTTP2_NOTHING;
    http2->in_window = size;
    window->at = 0;
    window->found = 0;
    window->line = HTTP2_LINE;
    repeat(HTTP2_STEPS, http2_step, &reader);
    if (http2->phase == HTTP2_IN_REST && http2->event != HTTP2_BLOCK_ENDS)
        http2_jump(http2, window);
    http2->position += window->at;
    return window->at;
}
