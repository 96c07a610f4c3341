/* SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
/* Keeps the first bytes of a head for the agent, which reads what the kernel does not need. */
#pragma once
#include "exchange.h"
#include "../protocols/window.h"

struct capture {
    struct connection *connection;
    const struct window *window;
    __u32 at; /* in the window */
    __u32 size;
};

static long capture_byte(__u32 index, void *state)
{
    struct capture *capture = state;
    struct connection *connection = capture->connection;
    __u32 at = connection->captured;

    if (index >= capture->size || at >= REQUEST_CAPTURE)
        return 1;
    if (connection->staged)
        connection->capture[at & (REQUEST_CAPTURE - 1)] =
            window_byte(capture->window, capture->at + index);
    else
        connection->current.request_head[at & (REQUEST_CAPTURE - 1)] =
            window_byte(capture->window, capture->at + index);
    connection->captured = at + 1;
    return 0;
}

/* The first bytes of the head of a request, for the agent; `used` of them stand at `kept`. */
PROVEN_ONCE int capture_request(struct connection *connection,
                                const struct window *window,
                                __u32 kept,
                                __u32 used)
{
    struct capture capture = {.connection = connection, .window = window, .at = kept, .size = used};

    __u8 *to;

    if (!connection || !window)
        return 0;
    if (connection->captured) {
        repeat(REQUEST_CAPTURE, capture_byte, &capture);
        return 0;
    }
    to = connection->staged ? connection->capture : connection->current.request_head;
    copy_words(to, window->bytes, SMALL_CAPTURE);
    if (used > SMALL_CAPTURE)
        copy_words(
            to + SMALL_CAPTURE, window->bytes + SMALL_CAPTURE, REQUEST_CAPTURE - SMALL_CAPTURE);
    connection->captured = used < REQUEST_CAPTURE ? used : REQUEST_CAPTURE;
    return 0;
}

/* The same of a response. Of one whose first segment is cut short, no more is wanted. */
PROVEN_ONCE int capture_response(struct connection *connection,
                                 const struct window *window,
                                 __u32 used)
{
    if (!connection || !window || connection->answer_captured)
        return 0;
    copy_words(connection->answer, window->bytes, RESPONSE_CAPTURE);
    connection->answer_captured = used < RESPONSE_CAPTURE ? used : RESPONSE_CAPTURE;
    return 0;
}
