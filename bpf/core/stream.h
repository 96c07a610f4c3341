/* SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
/* Walks the bytes of one direction of a connection and calls out where messages begin and end.
 *
 * The bytes come as segments (cgroup_skb, tc) or as messages that a process sends (sk_msg); `struct
 * feed` is one of these. The same bytes may be fed twice, by both: what is settled is skipped. */
#pragma once
#include "exchange.h"
#include "scratch.h"

#define FEED_STEPS                                                                                 \
    8192 /* windows, chunks and messages in a segment of 64 KiB, however small they are */

struct feed {
    void *source; /* struct __sk_buff or struct sk_msg_md */
    struct connection *connection;
    struct stream *stream;
    struct window *window;
    struct cursor *cursor;
    __u64 now;
    bool rx;
    bool responses; /* carries_responses() */
    __u8 pad[6];
};

/* Copies `size` bytes of the source at cursor->offset into the window at `at`. */
typedef bool feed_load(struct feed *feed, __u32 at, __u32 size);
/* The head of a request is complete: feed->stream->head. */
typedef void feed_request(struct feed *feed);

/* Far enough from 0 that nothing near it is negative. */
static __always_inline __u64 stream_origin(__u32 seq)
{
    return (1ULL << 32) + seq;
}

/* Nearest place to `reference` with this sequence number. */
static __always_inline __u64 stream_locate(__u64 reference, __u32 seq)
{
    return reference + (__s32)(seq - (__u32)reference);
}

static __always_inline void stream_begin(struct stream *stream, __u32 seq)
{
    stream->position = stream_origin(seq);
    stream->phase = STREAM_START;
    stream->proven = 1;
}

static __always_inline bool stream_is_deaf(const struct stream *stream)
{
    return stream->phase == STREAM_TUNNEL || stream->phase == STREAM_UNKNOWN;
}

static __always_inline void feed_skip(struct feed *feed, __u32 size)
{
    feed->cursor->position += size;
    feed->cursor->offset += size;
    feed->cursor->size -= size;
}

static __always_inline void connection_deaf(struct connection *connection, enum stream_phase phase)
{
    connection->rx.phase = phase;
    connection->tx.phase = phase;
    connection->leave = 1;
}

/* A server receives requests and sends responses, a client the other way round. */
static __always_inline bool carries_responses(const struct connection *connection, bool rx)
{
    return rx == (connection->role == ROLE_CLIENT);
}

/* The body, or a head without one, has ended. */
PROVEN_ONCE int stream_message_end(struct connection *connection, bool rx, __u64 now)
{
    struct stream *requests;

    if (!connection)
        return 0;
    if (rx)
        connection->rx.phase = STREAM_START;
    else
        connection->tx.phase = STREAM_START;
    if (!carries_responses(connection, rx))
        return 0;
    exchange_close(connection, OUTCOME_COMPLETE, now);
    requests = rx ? &connection->tx : &connection->rx;
    if (requests->phase == STREAM_HELD)
        requests->phase = STREAM_START; /* the tunnel was refused */
    if (!exchange_outstanding(connection) && requests->phase == STREAM_START)
        requests->proven = 1;
    return 0;
}

static __always_inline void stream_body(struct connection *connection,
                                        bool rx,
                                        enum http1_body body,
                                        __u64 now)
{
    struct stream *stream = rx ? &connection->rx : &connection->tx;

    stream->phase = STREAM_BODY;
    switch (body) {
    case HTTP1_BODY_NONE:
        break;
    case HTTP1_BODY_LENGTH:
        stream->position += stream->head.content_length;
        if (stream->head.content_length)
            return;
        break;
    case HTTP1_BODY_CHUNKED:
        __builtin_memset(&stream->chunked, 0, sizeof(stream->chunked));
        stream->phase = STREAM_CHUNKED;
        return;
    case HTTP1_BODY_UNTIL_CLOSE:
        stream->phase = STREAM_UNTIL_CLOSE;
        return;
    case HTTP1_BODY_UNKNOWN:
        stream->phase = STREAM_LOST;
        stream->proven = 0;
        return;
    }
    stream_message_end(connection, rx, now);
}

/* The head of a response is complete. */
PROVEN_ONCE int stream_response(struct connection *connection, bool rx, __u64 now)
{
    struct exchange *exchange;
    struct stream *stream;
    __u16 request_flags;
    __u16 status;

    if (!connection)
        return 0;
    stream = rx ? &connection->rx : &connection->tx;
    exchange = exchange_oldest(connection);
    request_flags = exchange ? exchange->request_flags : 0;
    status = stream->head.status;
    if (exchange) {
        exchange->status = status;
        exchange->response_body_size =
            stream->head.flags & HTTP1_LENGTH ? stream->head.content_length : 0;
        exchange->response_captured = connection->answer_captured;
        copy_words(exchange->response_head, connection->answer, RESPONSE_CAPTURE);
    }
    if (status == 101 || (status / 100 == 2 && request_flags & HTTP1_METHOD_CONNECT)) {
        exchange_close(connection, OUTCOME_TUNNEL, now);
        connection_deaf(connection, STREAM_TUNNEL);
    } else if (status < 200) {
        stream->phase = STREAM_START; /* interim: the final one follows */
    } else {
        stream_body(connection, rx, http1_response_body(&stream->head, request_flags), now);
    }
    return 0;
}

static __always_inline void stream_request(struct feed *feed, feed_request *on_request)
{
    struct stream *stream = feed->stream;

    on_request(feed);
    stream_body(feed->connection, feed->rx, http1_request_body(&stream->head), feed->now);
    if (stream->phase == STREAM_START &&
        stream->head.flags & (HTTP1_UPGRADE | HTTP1_METHOD_CONNECT))
        stream->phase = STREAM_HELD;
}

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

static __always_inline void stream_head_begins(struct feed *feed)
{
    struct stream *stream = feed->stream;

    __builtin_memset(&stream->head, 0, offsetof(struct http1_head, keep));
    stream->started_ns = feed->now;
    stream->head_position = feed->cursor->position;
    stream->phase = STREAM_HEAD;
    if (feed->responses) {
        feed->connection->answer_captured = 0;
    } else {
        feed->connection->captured = 0;
        feed->connection->staged = exchange_outstanding(feed->connection);
    }
}

/* Reads on in a head. False: the source could not be read. */
static __always_inline bool stream_head(struct feed *feed,
                                        feed_load *load,
                                        feed_request *on_request)
{
    struct stream *stream = feed->stream;
    __u32 kept = http1_resume(&stream->head, feed->window);
    __u32 size = feed->cursor->size;
    __u32 used;

    if (size > WINDOW_SIZE - HTTP1_KEEP)
        size = WINDOW_SIZE - HTTP1_KEEP;
    if (!load(feed, kept, size))
        return false;
    used = http1_feed(&stream->head, feed->window, kept, kept + size);
    if (feed->responses)
        capture_response(feed->connection, feed->window, used);
    else
        capture_request(feed->connection, feed->window, kept, used);
    feed_skip(feed, used);
    stream->position = feed->cursor->position;
    if (stream->head.phase == HTTP1_NOT_HTTP ||
        (stream->head.phase == HTTP1_DONE &&
         feed->responses == !!(stream->head.flags & HTTP1_REQUEST))) {
        count(COUNTER_STREAM_UNKNOWN);
        connection_deaf(feed->connection, STREAM_UNKNOWN);
    } else if (stream->head.phase == HTTP1_DONE) {
        if (feed->responses)
            stream_response(feed->connection, feed->rx, feed->now);
        else
            stream_request(feed, on_request);
    }
    return true;
}

static __always_inline bool stream_chunks(struct feed *feed, feed_load *load)
{
    struct stream *stream = feed->stream;
    __u32 size = feed->cursor->size < CHUNKED_VIEW ? feed->cursor->size : CHUNKED_VIEW;
    struct exchange *exchange;

    if (!load(feed, 0, size))
        return false;
    stream->position += chunked_feed(&stream->chunked, feed->window, size);
    if (stream->chunked.phase == CHUNKED_BAD) {
        stream->phase = STREAM_LOST;
        stream->proven = 0;
    } else if (stream->chunked.phase == CHUNKED_DONE) {
        exchange = exchange_oldest(feed->connection);
        if (exchange && feed->responses)
            exchange->response_body_size = stream->chunked.total;
        else if (exchange)
            exchange->request_body_size = stream->chunked.total;
        stream_message_end(feed->connection, feed->rx, feed->now);
    }
    return true;
}

/* After a loss: a message can start only where a segment does, and only when the other side owes
 * nothing (request), or owes one (response). */
static __always_inline void stream_search(struct feed *feed, feed_load *load)
{
    struct stream *stream = feed->stream;

    if (feed->cursor->first && feed->cursor->size >= HTTP1_METHOD_MAX &&
        exchange_outstanding(feed->connection) == feed->responses &&
        load(feed, 0, HTTP1_METHOD_MAX) &&
        (feed->responses ? http1_is_version(window_word(feed->window, 0))
                         : http1_is_method(feed->window, 0))) {
        stream->position = feed->cursor->position;
        stream->phase = STREAM_START;
        return;
    }
    feed_skip(feed, feed->cursor->size);
    stream->position = feed->cursor->position;
}

/* One thing of the segment: a window of a head, the size of a chunk, the end of a body. Returns 1 when
 * nothing is left to do. */
static __always_inline long stream_step(struct feed *feed,
                                        feed_load *load,
                                        feed_request *on_request)
{
    struct stream *stream = feed->stream;
    struct exchange *exchange;

    if (stream->phase == STREAM_LOST) {
        stream_search(feed, load);
    } else if (stream->position > feed->cursor->position) {
        __u64 settled = stream->position - feed->cursor->position;

        feed_skip(feed, settled < feed->cursor->size ? settled : feed->cursor->size);
    }
    feed->cursor->first = 0;
    if (stream->phase == STREAM_BODY && feed->cursor->position >= stream->position)
        stream_message_end(feed->connection, feed->rx, feed->now);
    if (!feed->cursor->size)
        return 1;
    switch (stream->phase) {
    case STREAM_START:
        stream_head_begins(feed);
        return !stream_head(feed, load, on_request);
    case STREAM_HEAD:
        return !stream_head(feed, load, on_request);
    case STREAM_CHUNKED:
        return !stream_chunks(feed, load);
    case STREAM_UNTIL_CLOSE:
        exchange = exchange_oldest(feed->connection);
        if (exchange)
            exchange->response_body_size += feed->cursor->size;
        feed_skip(feed, feed->cursor->size);
        stream->position = feed->cursor->position;
        return 1;
    case STREAM_HELD: /* the tunnel's bytes, or a request sent ahead of an answer that may refuse it */
        stream->position += feed->cursor->size;
        stream->phase = STREAM_LOST;
        stream->proven = 0;
        return 1;
    default:
        return 1;
    }
}

static __always_inline void stream_lose(struct stream *stream)
{
    count(COUNTER_STREAM_GAP);
    stream->phase = STREAM_LOST;
    stream->proven = 0;
}

/* True when `size` bytes at `position` bring the stream further. */
static __always_inline bool stream_enter(const struct feed *feed, __u64 position, __u32 size)
{
    struct stream *stream = feed->stream;
    __u64 end = position + size;

    if (stream_is_deaf(stream))
        return false;
    if (stream->phase == STREAM_LOST)
        return end > stream->position;
    if (position <= stream->position)
        return end > stream->position || (end == stream->position && stream->phase == STREAM_BODY);
    /* A hole. While nothing is open, the missing bytes will hardly matter any more; otherwise they are
     * probably late, and what came before its turn must not be needed. */
    if (stream->phase == STREAM_START &&
        exchange_outstanding(feed->connection) == feed->responses) {
        stream_lose(stream);
        return true;
    }
    if (!stream->missed_end || position < stream->missed_begin)
        stream->missed_begin = position;
    if (end > stream->missed_end)
        stream->missed_end = end;
    return false;
}

/* Bytes that went by out of order were needed: the place in the stream is lost. */
static __always_inline void stream_leave(struct stream *stream)
{
    if (!stream->missed_end || stream->position < stream->missed_begin)
        return;
    if (stream->position < stream->missed_end) {
        stream->position = stream->missed_end;
        stream_lose(stream);
    }
    stream->missed_end = 0;
}
