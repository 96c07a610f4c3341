/* SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
/* Where the messages of a stream begin and end: what a head says of its body, and what the end of a
 * message means to the exchange. */
#pragma once
#include "call.h"
#include "cause.h"
#include "stream.h"

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

/* What follows such a request is HTTP/1 only if the answer refuses it. */
static __always_inline bool asks_for_tunnel(const struct connection *connection,
                                            const struct stream *requests)
{
    return requests->head.flags & (HTTP1_UPGRADE | HTTP1_METHOD_CONNECT) &&
           exchange_outstanding(connection);
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
    if (!carries_responses(connection, rx)) {
        requests = rx ? &connection->rx : &connection->tx;
        if (asks_for_tunnel(connection, requests))
            requests->phase = STREAM_HELD;
        return 0;
    }
    exchange_close(connection, OUTCOME_COMPLETE, now);
    requests = rx ? &connection->tx : &connection->rx;
    if (requests->phase == STREAM_HELD && !exchange_outstanding(connection))
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
    if (status == 101 && stream->head.to_http2 && exchange) {
        call_upgraded(connection, exchange);
        connection->rx.phase = STREAM_HTTP2;
        connection->tx.phase = STREAM_HTTP2;
    } else if (status == 101 || (status / 100 == 2 && request_flags & HTTP1_METHOD_CONNECT)) {
        exchange_close(connection, OUTCOME_TUNNEL, now);
        connection_deaf(connection, STREAM_TUNNEL);
    } else if (status < 200) {
        stream->phase = STREAM_START; /* interim: the final one follows */
    } else {
        if (connection->role == ROLE_SERVER)
            cause_check(connection->cookie);
        stream_body(connection, rx, http1_response_body(&stream->head, request_flags), now);
    }
    return 0;
}
