/* SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
/* A request that arrived: the context it brings, or the beginning of a trace. */
#pragma once
#include "exchange.h"
#include "keep.h"
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
    sample_request(
        connection->target, &exchange->span, &requests->head, exchange->link != LINK_NONE);
    keep_decide(&exchange->span);
    if ((requests->head.flags & (HTTP1_BAD_CONTEXT | HTTP1_CONTEXT)) == HTTP1_BAD_CONTEXT)
        count(COUNTER_CONTEXT_INVALID);
}

/* A tracestate belongs to the traceparent it came with, and is passed on whole or not at all. */
static __always_inline void server_tracestate(const struct http1_head *head,
                                              const struct request_name *name,
                                              struct exchange *exchange)
{
    struct carry *carry = carry_of(name);
    __u32 size;

    if (!carry)
        return;
    size = carry->tracestate.size;
    if (size && head->context_at && !(head->flags & HTTP1_CUT_TRACESTATE) &&
        tracestate_is_valid(&carry->tracestate)) {
        if (note_add(name, NOTE_TRACESTATE, 0, carry->tracestate.bytes, size))
            exchange->extras |= EXTRA_NOTES;
    } else if (settings.carry_tracestate && head->flags & HTTP1_TRACESTATE) {
        carry->tracestate.size = 0;
        count(COUNTER_CARRY_DROPPED);
    }
}

/* A field that the user wants on every request, and this one came without: the trace id will do. */
static __always_inline void server_generate(const struct http1_head *head,
                                            const struct request_name *name,
                                            struct exchange *exchange)
{
    const __u32 *trace_id = (const __u32 *)exchange->span.trace_id;
    __u64 text[2 * TRACE_ID_SIZE / 8];
    struct carry *carry;

    for (__u32 word = 0; word < 2 * TRACE_ID_SIZE / 8; word++)
        text[word] = hex_encode(trace_id[word]);
    for (__u32 rule = 0; rule < HEADER_RELAYS_MAX; rule++) {
        if (!(header_rules.uses[rule] & HEADER_GENERATE) || head->rules_met >> rule & 1)
            continue;
        carry = carry_make(name);
        if (!carry)
            return;
        carry_relay(carry, rule, (const __u8 *)text, sizeof(text));
        exchange->extras |= EXTRA_CARRY;
        if (note_add(name, NOTE_REQUEST_HEADER, rule, text, sizeof(text)))
            exchange->extras |= EXTRA_NOTES;
    }
}

PROVEN_ONCE int server_carry(struct connection *connection,
                             struct exchange *exchange,
                             const struct request_name *request)
{
    if (!connection || !exchange || !request)
        return 0;

    struct request_name key = *request;
    const struct request_name *name = &key;

    if (exchange->extras & EXTRA_CARRY)
        server_tracestate(&connection->rx.head, name, exchange);
    else if (connection->rx.head.flags & HTTP1_CUT_TRACESTATE)
        count(COUNTER_CARRY_DROPPED);
    if (connection->rx.head.flags & HTTP1_CUT_BAGGAGE) {
        extras_forget(name, EXTRA_BAGGAGE);
        exchange->extras &= ~EXTRA_BAGGAGE;
        count(COUNTER_CARRY_DROPPED);
    }
    if (settings.generate_headers)
        server_generate(&connection->rx.head, name, exchange);
    return 0;
}

/* The head in connection->rx is complete. */
PROVEN_ONCE int server_request(struct connection *connection)
{
    struct request_name name = {};
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
    name.cookie = connection->cookie;
    name.ordinal = connection->opened + 1;
    server_carry(connection, exchange, &name);
    exchange_opened(connection, exchange);
    request = open_request_of(connection->cookie);
    if (!request) {
        count(COUNTER_STORAGE_FAILED);
        return 0;
    }
    request->newest = exchange->ordinal;
    request->has_body = is_oldest && exchange->request_body_size;
    request->end = (__u32)(connection->rx.position + exchange->request_body_size);
    if (is_oldest)
        exchange_publish(request, exchange);
    return 0;
}
