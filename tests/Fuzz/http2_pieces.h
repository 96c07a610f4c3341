// SPDX-License-Identifier: Apache-2.0
/* One direction of an HTTP/2 connection, fed to the parser as core/walk.h does, and what was read as text. */
#pragma once
#include "pieces.h"
#include "text.h"
#include "protocols/http2.h"
#include "protocols/http2_text.h"

static inline void print_bytes(struct text *text, const char *name, const __u8 *bytes, __u32 size)
{
    print(text, " %s ", name);
    for (__u32 i = 0; i < size; i++)
        print(text, bytes[i] > ' ' && bytes[i] < 0x7f ? "%c" : "%%%02x", bytes[i]);
}

/* A value of which `room` bytes are kept. */
static inline void print_cut(
    struct text *text, const char *name, const __u8 *bytes, __u32 size, __u32 room)
{
    if (!size)
        return;
    print_bytes(text, name, bytes, size < room ? size : room);
    if (size > room)
        print(text, "...%u", size);
}

static inline void print_fields(struct text *text,
                                const struct http2_fields *fields,
                                const struct http1_head *head)
{
    print_cut(text, "lines", fields->lines, fields->lines_size, HTTP2_LINES);
    print_cut(text, "method", fields->method, fields->method_size, HTTP2_METHOD);
    print_cut(text, "scheme", fields->scheme, fields->scheme_size, HTTP2_SCHEME);
    print_cut(text, "path", fields->path, fields->path_size, HTTP2_PATH);
    print_cut(text, "authority", fields->authority, fields->authority_size, HTTP2_AUTHORITY);
    print_cut(text, "type", fields->content_type, fields->content_type_size, HTTP2_CONTENT_TYPE);
    print_cut(text, "message", fields->grpc_message, fields->grpc_message_size, HTTP2_GRPC_MESSAGE);
    if (fields->seen & HTTP2_HAS_STATUS)
        print(text, " status %u", head->status);
    if (fields->seen & HTTP2_HAS_GRPC_STATUS)
        print(text, " grpc %u", fields->grpc_status);
    if (fields->seen & HTTP2_HAS_UNKNOWN)
        print(text, " unknown");
    if (fields->seen & HTTP2_HAS_LOST)
        print(text, " lost");
    if (head->b3.seen)
        print(text, " b3"); /* read by the parser of HTTP/1, which has its own reference */
    else if (head->flags & HTTP1_CONTEXT) {
        print(text, " context ");
        print_context(text, &head->context);
    } else if (head->flags & HTTP1_BAD_CONTEXT)
        print(text, " bad_context");
    if (head->flags & HTTP1_METHOD_HEAD)
        print(text, " head");
    if (head->flags & HTTP1_METHOD_CONNECT)
        print(text, " connect");
}

static inline void print_find(struct text *text, __u8 what, __u8 rule, const __u8 *at, __u32 size)
{
    static const char *const names[] = {"tracestate", "baggage", "rule"};

    print(text, "found %u", rule);
    print_bytes(text, names[what], at, size);
    print(text, "\n");
}

/* One line for what the parser stopped at. */
static inline void print_event(struct text *text,
                               const struct http2 *http2,
                               const struct http1_head *head)
{
    switch (http2->event) {
    case HTTP2_NOTHING:
        return;
    case HTTP2_BLOCK_ENDS:
        print(text,
              "%s of %u",
              http2->block_type == HTTP2_HEADERS ? "headers" : "promise",
              http2->stream);
        if (http2->block_type == HTTP2_PUSH_PROMISE)
            print(text, " for %u", http2->promised);
        print(text, " list %u", http2->hpack.list_size);
        print_fields(text, &http2->fields, head);
        break;
    case HTTP2_DATA_PASSES:
        print(text, "data of %u size %u", http2->stream, http2->data_size);
        break;
    case HTTP2_STREAM_RESET:
        print(text, "reset of %u code %u\n", http2->stream, http2->code);
        return;
    case HTTP2_SETTINGS_CHANGE:
        print(text,
              "settings table %u frame %u list %u\n",
              http2->settings.table_size,
              http2->settings.frame_size,
              http2->settings.list_size);
        return;
    case HTTP2_SETTINGS_TAKEN:
        print(text, "settings taken\n");
        return;
    case HTTP2_GOES_AWAY:
        print(text, "goes away after %u code %u\n", http2->last_stream, http2->code);
        return;
    }
    print(text, "%s\n", http2->end_stream ? " end" : "");
}

/* The head as user space will read it. */
static inline void check_text(const struct http2 *http2, struct window *window)
{
    const struct http2_fields *fields = &http2->fields;
    char expected[1024];
    __u32 size = http2_request_text(http2, window);
    bool cut = fields->path_size > HTTP2_PATH;
    int method_size = fields->method_size < HTTP2_METHOD ? fields->method_size : HTTP2_METHOD;
    int line_size = snprintf(expected, sizeof(expected), "%.*s ", method_size, fields->method);

    must(size < sizeof(expected), "more text than there is room for");
    must(size >= (__u32)line_size, "no request line");
    if (fields->seen & HTTP2_HAS_METHOD && !memchr(fields->method, 0, method_size))
        must(!memcmp(expected, window->bytes, line_size), "another method");
    must(cut == (size < 4 || memcmp(window->bytes + size - 4, "\r\n\r\n", 4)), "another end");
}

static inline void check_place(const struct http2 *http2, const __u8 *bytes)
{
    const __u8 *frame = bytes + http2->frame_position;
    __u32 padding =
        frame[4] & HTTP2_PADDED && frame[3] != HTTP2_CONTINUATION ? frame[HTTP2_HEADER_SIZE] : 0;

    must(http2->frame_size == (__u32)(frame[0] << 16 | frame[1] << 8 | frame[2]),
         "the frame is not where it should be");
    must(http2->position == http2->frame_position + HTTP2_HEADER_SIZE + http2->frame_size - padding,
         "the block does not end where it should");
}

/* Reads what one side sent; what is found in a header block is printed when that is complete. */
static inline void frames_read(
    struct http2 *http2, const __u8 *bytes, __u64 size, struct pieces pieces, struct text *text)
{
    static struct http1_head head;
    static struct window window;
    static struct text found;

    found.size = text->size = 0;
    found.full = text->full = false;
    while (http2->position < size && http2->phase != HTTP2_BAD) {
        __u64 at = http2->position;
        __u32 piece =
            piece_size(&pieces, size - at < HTTP2_LINE ? size - at : HTTP2_LINE, HTTP2_LINE);
        __u64 used;

        window_soil(&window);
        memcpy(window.bytes, bytes + at, piece);
        used = http2_feed(http2, &head, &window, piece);
        must(http2->position == at + used, "another position");
        if (http2->phase == HTTP2_BAD)
            break;
        must(used > 0, "frames stand still");
        must(used >= piece || http2->event || window.found, "bytes are left");
        for (__u32 i = 0; i < window.found; i++) {
            must(window.finds[i].at + window.finds[i].size <= WINDOW_SIZE, "found outside");
            print_find(&found,
                       window.finds[i].what,
                       window.finds[i].rule,
                       window.bytes + window.finds[i].at,
                       window.finds[i].size);
        }
        if (http2->event == HTTP2_BLOCK_ENDS) {
            check_place(http2, bytes);
            print(text, "%.*s", found.size, found.bytes);
            check_text(http2, &window);
            found.size = 0;
        }
        print_event(text, http2, &head);
    }
    if (http2->phase == HTTP2_BAD)
        print(text, "bad\n");
}
