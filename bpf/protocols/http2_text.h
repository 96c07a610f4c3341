/* SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
/* The head of a request in the style of HTTP/1, for user space, which reads that already:
 *
 *   POST /helloworld.Greeter/SayHello HTTP/2
 *   host: localhost:50051
 *   user-agent: grpc-go/1.38.0
 *
 * A path that is cut ends the text, as it does where the head of HTTP/1 is longer than what is captured. */
#pragma once
#include "http2_frame.h"

static __always_inline void http2_put(struct window *window,
                                      const void *text,
                                      __u32 size,
                                      const __u32 room)
{
    if (size > room)
        size = room;
    copy_bytes(window->bytes + (window->at & (WINDOW_SIZE - 1)), text, size, room);
    window->at += size;
}

#define HTTP2_PUT(window, text) http2_put(window, text, sizeof(text) - 1, sizeof(text) - 1)

/* Writes it into the window, over everything. Returns its size. */
PROVEN_ONCE __u32 http2_request_text(const struct http2 *http2, struct window *window)
{
    const struct http2_fields *fields;

    if (!http2 || !window)
        return 0;
    fields = &http2->fields;
    window->at = 0;
    http2_put(window, fields->method, fields->method_size, HTTP2_METHOD);
    HTTP2_PUT(window, " ");
    if (fields->seen & HTTP2_HAS_PATH)
        http2_put(window, fields->path, fields->path_size, HTTP2_PATH);
    else
        http2_put(window, fields->authority, fields->authority_size, HTTP2_AUTHORITY);
    if (fields->path_size > HTTP2_PATH)
        return window->at;
    HTTP2_PUT(window, " HTTP/2\r\n");
    if (fields->authority_size && fields->authority_size <= HTTP2_AUTHORITY) {
        HTTP2_PUT(window, "host: ");
        http2_put(window, fields->authority, fields->authority_size, HTTP2_AUTHORITY);
        HTTP2_PUT(window, "\r\n");
    }
    http2_put(window, fields->lines, fields->lines_size, HTTP2_LINES);
    HTTP2_PUT(window, "\r\n");
    return window->at;
}
