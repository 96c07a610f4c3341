/* SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
/* A request that arrived: the context it brings, or the beginning of a trace. */
#pragma once
#include "exchange.h"
#include "option.h"

static __always_inline void server_context(struct connection *connection,
                                           const struct stream *requests,
                                           struct exchange *exchange)
{
    bool has_option =
        settings.tcp_option &&
        option_recall(connection, requests->head_position, requests->position, &exchange->span);

    if (requests->head.flags & HTTP1_CONTEXT) {
        exchange->span = requests->head.context;
        exchange->link = LINK_HEADER;
    } else if (sent_recall(connection, requests->head_position, &exchange->span)) {
        exchange->link = LINK_CONNECTION;
    } else if (has_option) {
        exchange->link = LINK_TCP_OPTION;
    } else {
        trace_begin(&exchange->span);
        exchange->link = LINK_NONE;
    }
    if (exchange->link == LINK_NONE)
        *(__u64 *)exchange->parent_id = 0;
    else
        id_copy(exchange->parent_id, exchange->span.span_id);
    span_begin(&exchange->span);
    sample_decide(&exchange->span, exchange->link != LINK_NONE);
    if (requests->head.flags & HTTP1_BAD_CONTEXT)
        count(COUNTER_CONTEXT_INVALID);
}

/* The head in connection->rx is complete. */
PROVEN_ONCE int server_request(struct connection *connection)
{
    struct open_request *request;
    struct exchange *exchange;
    bool is_oldest;

    if (!connection)
        return 0;
    is_oldest = !exchange_outstanding(connection);
    exchange = exchange_open(connection, &connection->rx);
    if (!exchange) {
        connection->opened++; /* its response still takes its place in the order */
        return 0;
    }
    server_context(connection, &connection->rx, exchange);
    exchange_opened(connection, exchange);
    request = open_request_of(connection->cookie);
    if (!request) {
        count(COUNTER_STORAGE_FAILED);
        return 0;
    }
    request->newest = exchange->ordinal;
    if (is_oldest)
        exchange_publish(request, exchange);
    return 0;
}
