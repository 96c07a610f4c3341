/* SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
/* Walks the bytes of one direction of a connection of HTTP/2, as walk.h does for HTTP/1, and calls out
 * where streams begin and end. */
#pragma once
#include "call.h"
#include "http2_side.h"
#include "walk.h"
#include "../protocols/http2_text.h"

struct http2_feed {
    struct feed feed; /* first: what is handed on is a pointer to it */
    struct http2_side *side;
    struct http2_side *other; /* of the other direction, NULL: nothing came there yet */
};

static __always_inline struct http2_feed *http2_feed_of(struct feed *feed)
{
    return (struct http2_feed *)feed;
}

/* It is not HTTP/2, or a connection that its reader will give up. */
static __always_inline void http2_fail(struct feed *feed)
{
    count(COUNTER_STREAM_UNKNOWN);
    calls_end(feed->connection);
    connection_deaf(feed->connection, STREAM_UNKNOWN);
}

/* The head in the style of HTTP/1, for the agent. */
PROVEN_ONCE int http2_capture(struct connection *connection,
                              const struct http2 *http2,
                              struct window *window)
{
    __u32 size;

    if (!connection || !http2 || !window)
        return 0;
    size = http2_request_text(http2, window);
    copy_words(connection->capture, window->bytes, REQUEST_CAPTURE);
    connection->captured = size < REQUEST_CAPTURE ? size : REQUEST_CAPTURE;
    connection->staged = 1;
    return 0;
}

static __always_inline bool http2_is_grpc(const struct http2_fields *fields)
{
    const __u64 *type = (const __u64 *)fields->content_type;

    return fields->content_type_size >= 16 &&
           type[0] == WORD('a', 'p', 'p', 'l', 'i', 'c', 'a', 't') &&
           type[1] == WORD('i', 'o', 'n', '/', 'g', 'r', 'p', 'c');
}

#define AHEAD_FRAMES 16

static long http2_ahead_step(__u32 index, void *state)
{
    struct http2_feed *feed = state;
    const struct http2 *http2 = &feed->side->http2;
    struct window *window = feed->feed.window;
    __u32 at = window->at;
    __u64 word;

    (void)index;
    if (at + HTTP2_HEADER_SIZE > http2->in_window)
        return 1;
    word = __builtin_bswap64(window_word(window, at));
    window->at = at + HTTP2_HEADER_SIZE + (__u32)(word >> 40);
    if ((word >> 32 & 0xff) == HTTP2_HEADERS &&
        ((__u32)word << 8 | window_byte(window, at + 8)) > http2->block_stream)
        feed->feed.cursor->several = 1;
    return 0;
}

/* Does another request begin behind this one, in what is sent with it? Who writes several may do so for
 * other threads. */
APART int http2_look_ahead(struct http2_feed *feed)
{
    feed->feed.window->at += feed->side->http2.left;
    repeat(AHEAD_FRAMES, http2_ahead_step, feed);
    return 0;
}

/* The headers of a request are complete, or its trailers. */
static __always_inline void http2_request(struct feed *feed, feed_request *on_request)
{
    struct connection *connection = feed->connection;
    struct http2 *http2 = &http2_feed_of(feed)->side->http2;
    struct stream *stream = feed->stream;

    if (!(http2->block_stream & 1) || http2->block_stream <= connection->newest_stream)
        return;
    stream->head_position = http2_feed_of(feed)->side->origin + http2->block_position;
    stream->started_ns = feed->now;
    if (connection->role == ROLE_CLIENT)
        http2_look_ahead(http2_feed_of(feed));
    http2_capture(connection, http2, feed->window);
    connection->newest_stream = http2->block_stream;
    on_request(feed);
    connection->opened = 1; /* to whoever asks if it was used */
    connection->closed = 1;
}

PROVEN_ONCE int http2_response(struct connection *connection,
                               const struct http2 *http2,
                               bool responses,
                               __u16 status)
{
    struct request_name name = {};
    struct exchange *exchange;
    __u32 size;

    if (!connection || !http2)
        return 0;
    name = call_name(connection, http2->block_stream);
    exchange = exchange_named(&name);
    if (!exchange)
        return 0;
    if (http2_is_grpc(&http2->fields))
        exchange->call.is_grpc = 1;
    if (!responses)
        return 0;
    if (http2->fields.seen & HTTP2_HAS_STATUS)
        exchange->status = status;
    if (!(http2->fields.seen & HTTP2_HAS_GRPC_STATUS))
        return 0;
    exchange->call.grpc_status = http2->fields.grpc_status + 1;
    size = http2->fields.grpc_message_size;
    if (size > HTTP2_GRPC_MESSAGE)
        size = HTTP2_GRPC_MESSAGE;
    /* Or clang leaves out the check that the verifier wants to see. */
    asm volatile("" : "+r"(size));
    if (note_add(&name, NOTE_GRPC_MESSAGE, 0, http2->fields.grpc_message, size))
        exchange->extras |= EXTRA_NOTES;
    return 0;
}

static __always_inline void http2_block_passes(struct feed *feed, feed_request *on_request)
{
    struct http2 *http2 = &http2_feed_of(feed)->side->http2;

    if (http2->block_type != HTTP2_HEADERS)
        return;
    if (!feed->responses)
        http2_request(feed, on_request);
    http2_response(feed->connection, http2, feed->responses, feed->stream->head.status);
    if (feed->responses && http2->end_stream)
        call_close(feed->connection, http2->block_stream, OUTCOME_COMPLETE, 0, feed->now);
}

#define GRPC_PREFIX_SIZE 5 /* in front of each message: compressed or not, and its length */

/* Is there one message, or are there more? The first one's prefix tells its length; what is behind it is
 * another. `at`: in the window, where the data begins. */
static __always_inline void http2_count_messages(struct call_messages *messages,
                                                 const struct http2 *http2,
                                                 const struct window *window,
                                                 __u32 at)
{
    __u32 size = http2->data_size;
    __u64 word;

    if (!size || messages->count >= MESSAGES_SEVERAL)
        return;
    if (!messages->count) {
        if (size < GRPC_PREFIX_SIZE || at + GRPC_PREFIX_SIZE > http2->in_window) {
            messages->count = MESSAGES_UNKNOWN;
            return;
        }
        word = __builtin_bswap64(window_word(window, at));
        messages->left = (__u32)(word >> 24);
        messages->count = 1;
        size -= GRPC_PREFIX_SIZE;
    }
    if (size > messages->left)
        messages->count = MESSAGES_SEVERAL;
    else
        messages->left -= size;
}

PROVEN_ONCE int http2_data(struct connection *connection,
                           const struct http2 *http2,
                           const struct window *window,
                           bool responses,
                           __u32 at)
{
    struct request_name name = {};
    struct exchange *exchange;

    if (!connection || !http2 || !window)
        return 0;
    name = call_name(connection, http2->stream);
    exchange = exchange_named(&name);
    if (!exchange)
        return 0;
    if (responses)
        exchange->response_body_size += http2->data_size;
    else
        exchange->request_body_size += http2->data_size;
    if (exchange->call.is_grpc)
        http2_count_messages(
            responses ? &exchange->call.responses : &exchange->call.requests, http2, window, at);
    return 0;
}

/* What one side announces holds for what the other one sends. */
static __always_inline void http2_announced(const struct http2_feed *feed)
{
    if (feed->other)
        http2_allow(&feed->other->http2, &feed->side->http2.settings);
}

/* Where in the window the data of the frame begins. */
static __always_inline __u32 http2_data_at(const struct feed *feed)
{
    const struct http2_side *side = http2_feed_of((struct feed *)feed)->side;

    return side->origin + side->http2.frame_position + HTTP2_HEADER_SIZE +
           (side->http2.flags & HTTP2_PADDED ? 1 : 0) - feed->cursor->position;
}

static __always_inline void http2_happens(struct feed *feed, feed_request *on_request)
{
    struct http2 *http2 = &http2_feed_of(feed)->side->http2;

    switch (http2->event) {
    case HTTP2_BLOCK_ENDS:
        http2_block_passes(feed, on_request);
        break;
    case HTTP2_DATA_PASSES:
        http2_data(feed->connection, http2, feed->window, feed->responses, http2_data_at(feed));
        if (feed->responses && http2->end_stream)
            call_close(feed->connection, http2->stream, OUTCOME_COMPLETE, 0, feed->now);
        break;
    case HTTP2_STREAM_RESET:
        call_close(feed->connection, http2->stream, OUTCOME_RESET, http2->code, feed->now);
        break;
    case HTTP2_SETTINGS_CHANGE:
        http2_announced(http2_feed_of(feed));
        break;
    case HTTP2_GOES_AWAY:
        if (feed->responses)
            calls_refuse(feed->connection, http2->last_stream, feed->now);
        break;
    default:
        break;
    }
}

/* The place was lost, or never known: frames can begin where a segment does. */
static __always_inline bool http2_search(struct feed *feed, feed_load *load)
{
    struct stream *stream = feed->stream;
    __u32 size = feed->cursor->size < HTTP2_LINE ? feed->cursor->size : HTTP2_LINE;

    if (feed->cursor->first && load(feed, 0, size) &&
        http2_looks_like(feed->window, size, feed->cursor->size)) {
        http2_side_enter(
            http2_feed_of(feed)->side, feed->cursor->position, HTTP2_FROM_FRAME, feed->responses);
        feed->connection->http2 = HTTP2_FOLLOWED;
        stream->position = feed->cursor->position;
        stream->phase = STREAM_HTTP2;
        stream->proven = 1;
        return true;
    }
    feed_skip(feed, feed->cursor->size);
    stream->position = feed->cursor->position;
    if (feed->connection->http2 == HTTP2_MAYBE)
        feed->connection->http2 = HTTP2_NOT;
    return false;
}

/* Of a request, and not its trailers, or of a response. */
static __always_inline bool http2_block_is_head(struct feed *feed)
{
    const struct http2 *http2 = &http2_feed_of(feed)->side->http2;

    return http2->block_type == HTTP2_HEADERS &&
           (feed->responses || http2->block_stream > feed->connection->newest_stream);
}

/* Up to the next thing that concerns somebody. Returns 1 when nothing is left to do. */
static __always_inline long http2_walk_step(struct feed *feed,
                                            feed_load *load,
                                            feed_request *on_request)
{
    struct stream *stream = feed->stream;
    struct cursor *cursor = feed->cursor;
    struct http2_side *other = http2_feed_of(feed)->other;
    struct http2_side *side = http2_feed_of(feed)->side;
    __u64 settled;
    __u32 size;

    if (stream->phase == STREAM_LOST && !http2_search(feed, load))
        return 1;
    cursor->first = 0;
    if (stream->position > cursor->position) {
        settled = stream->position - cursor->position;
        feed_skip(feed, settled < cursor->size ? settled : cursor->size);
    }
    if (!cursor->size || stream->phase != STREAM_HTTP2)
        return 1;
    if (!side->origin) {
        http2_side_begin(side, stream, feed->responses);
        if (other && other->origin)
            http2_allow(&side->http2, &other->http2.settings);
    }
    size = cursor->size < HTTP2_LINE ? cursor->size : HTTP2_LINE;
    if (!load(feed, 0, size))
        return 1;
    stream->position += http2_feed(&side->http2, &stream->head, feed->window, size);
    if (feed->window->found && http2_block_is_head(feed))
        found_keep(feed->connection, feed->window, feed->responses, side->http2.block_stream);
    if (side->http2.phase == HTTP2_BAD) {
        http2_fail(feed);
        return 1;
    }
    http2_happens(feed, on_request);
    return 0;
}
