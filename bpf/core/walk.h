/* SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
/* Walks the bytes of one direction of a connection and calls out where messages begin and end.
 *
 * The bytes come as segments (cgroup_skb, tc) or as messages that a process sends (sk_msg); `struct
 * feed` is one of these. The same bytes may be fed twice, by both: what is settled is skipped. */
#pragma once
#include "capture.h"
#include "found.h"
#include "message.h"
#include "scratch.h"
#include "tls.h"
#include "../protocols/http2_detect.h"

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

static __always_inline void feed_skip(struct feed *feed, __u32 size)
{
    feed->cursor->position += size;
    feed->cursor->offset += size;
    feed->cursor->size -= size;
}

/* Of pipelined requests it cannot be told any more which response is whose. */
static __always_inline void feed_lose(struct feed *feed)
{
    const struct connection *connection = feed->connection;

    count(COUNTER_STREAM_GAP);
    feed->stream->phase = STREAM_LOST;
    feed->stream->proven = 0;
    feed->stream->skipped = 0;
    if (feed->responses && connection->opened - connection->closed > 1)
        connection_deaf(feed->connection, STREAM_UNKNOWN);
}

static __always_inline void stream_request(struct feed *feed, feed_request *on_request)
{
    struct stream *stream = feed->stream;

    on_request(feed);
    stream_body(feed->connection, feed->rx, http1_request_body(&stream->head), feed->now);
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
        exchange_presume_answered(feed->connection, feed->now);
        feed->connection->captured = 0;
        feed->connection->extras = 0;
        feed->connection->staged = exchange_outstanding(feed->connection);
    }
}

/* From here on other programs follow it; they find the segment again. The other side may not have begun. */
static __always_inline void stream_is_http2(struct feed *feed)
{
    feed->connection->http2 = HTTP2_FOLLOWED;
    feed->connection->rx.phase = STREAM_HTTP2;
    feed->connection->tx.phase = STREAM_HTTP2;
}

/* A server of HTTP/2 may speak first, and begins with a frame that is shorter than 64 KiB. */
static __always_inline bool stream_begins_with_frame(const struct feed *feed, __u32 kept)
{
    return feed->responses && !kept && !feed->connection->opened && !window_byte(feed->window, 0);
}

/* Reads on in a head. False: the source could not be read, or is for others to read. */
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
    if (stream_begins_with_frame(feed, kept)) {
        stream_is_http2(feed);
        return false;
    }
    used = http1_feed(&stream->head, feed->window, kept, kept + size);
    if (feed->responses)
        capture_response(feed->connection, feed->window, used);
    else
        capture_request(feed->connection, feed->window, kept, used);
    if (feed->window->found)
        found_keep(feed->connection, feed->window, feed->responses, 0);
    feed_skip(feed, used);
    stream->position = feed->cursor->position;
    if (stream->head.phase == HTTP1_PREFACE && !feed->responses && !feed->connection->opened) {
        stream_is_http2(feed);
        return false;
    }
    if (stream->head.phase == HTTP1_TLS) {
        if (!feed->responses && !feed->connection->opened)
            tls_begin(feed->connection, feed->window);
        connection_deaf(feed->connection, STREAM_TUNNEL);
    } else if (stream->head.phase == HTTP1_NOT_HTTP || stream->head.phase == HTTP1_PREFACE ||
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
        feed_lose(feed);
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
 * nothing (request), or owes one of which nothing was seen yet (response). */
static __always_inline bool stream_may_start(const struct feed *feed)
{
    struct exchange *exchange = exchange_oldest(feed->connection);

    return feed->responses ? exchange && !exchange->status
                           : !exchange_outstanding(feed->connection);
}

/* Frames are looked for only on connections that are older than Hilo. True: here may be some. */
static __always_inline bool stream_may_be_http2(struct feed *feed, feed_load *load)
{
    struct connection *connection = feed->connection;

    if (!connection->existed || connection->opened || !feed->cursor->first ||
        feed->cursor->size < HTTP2_HEADER_SIZE || !load(feed, 0, HTTP2_HEADER_SIZE) ||
        !http2_look_at(feed->window, 0))
        return false;
    connection->http2 = HTTP2_MAYBE;
    return true;
}

static __always_inline bool stream_search(struct feed *feed, feed_load *load)
{
    struct stream *stream = feed->stream;

    if (stream_may_be_http2(feed, load))
        return true;

    if (feed->cursor->first && feed->cursor->size >= HTTP1_METHOD_MAX && stream_may_start(feed) &&
        load(feed, 0, HTTP1_METHOD_MAX) &&
        (feed->responses ? http1_is_version(window_word(feed->window, 0))
                         : http1_is_method(feed->window, 0))) {
        stream->position = feed->cursor->position;
        stream->phase = STREAM_START;
        return false;
    }
    feed_skip(feed, feed->cursor->size);
    stream->position = feed->cursor->position;
    return false;
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
        if (stream_search(feed, load))
            return 1;
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
