/* SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
/* What the agent is told of an exchange: the event, the heads behind it, and the notes behind those. */
#pragma once
#include "connection.h"
#include "emit.h"
#include "note.h"
#include "trace.h"
#include "../protocols/window.h"

EVENT_LAYOUT(exchange_event);

/* Most requests fit the smaller event. */
#define SMALL_CAPTURE 192

static __always_inline void exchange_fill(const struct connection *connection,
                                          const struct exchange *exchange,
                                          struct exchange_event *event,
                                          enum outcome outcome,
                                          __u64 now)
{
    event->span = exchange->span;
    id_copy(event->parent_id, exchange->parent_id);
    event->start_ns = exchange->start_ns;
    event->end_ns = now;
    event->local = connection->local;
    event->remote = connection->remote;
    event->request_body_size = exchange->request_body_size;
    event->response_body_size = exchange->response_body_size;
    event->target = connection->target;
    event->pid = exchange->pid;
    event->tid = exchange->tid;
    event->reset_code = exchange->call.reset_code;
    event->request_messages = exchange->call.requests.count % MESSAGES_UNKNOWN;
    event->response_messages = exchange->call.responses.count % MESSAGES_UNKNOWN;
    event->pad = 0;
    event->status = exchange->status;
    event->request_head_size = exchange->request_captured;
    event->response_head_size = exchange->response_captured;
    event->role = connection->role;
    event->protocol = exchange->protocol;
    event->link = exchange->link;
    event->carrier = exchange->carrier;
    event->outcome = outcome;
    event->notes_at = 0;
    event->notes_size = 0;
    event->is_grpc = exchange->call.is_grpc;
    event->grpc_status = exchange->call.grpc_status;
    event->is_secured = connection->tls.role != ROLE_UNKNOWN;
    event->pad2 = 0;
    event->span.flags &= TRACE_FLAG_SAMPLED | TRACE_FLAG_RANDOM;
}

/* The heads follow the event without a gap: the request's is copied whole, then the response's is
 * laid over what stands behind its real end. */
static __always_inline void exchange_heads(const struct exchange *exchange,
                                           __u8 *heads,
                                           __u32 request_size,
                                           const __u32 room)
{
    copy_words(heads, exchange->request_head, room);
    if (request_size <= room)
        copy_words(heads + request_size, exchange->response_head, RESPONSE_CAPTURE);
}

/* An event with `room` for the head of the request. `noted`: the notes follow. */
static __always_inline bool exchange_emit_as(const struct connection *connection,
                                             const struct exchange *exchange,
                                             const struct notes *notes,
                                             enum outcome outcome,
                                             __u64 now,
                                             const __u32 room,
                                             const bool noted)
{
    const __u32 size =
        sizeof(struct exchange_event) + room + RESPONSE_CAPTURE + (noted ? NOTES_SIZE : 0);
    struct exchange_event *event = bpf_ringbuf_reserve(&events, size, 0);

    if (!event)
        return false;
    emit_header(&event->header, EVENT_EXCHANGE, size);
    exchange_fill(connection, exchange, event, outcome, now);
    exchange_heads(exchange, event->heads, exchange->request_captured, room);
    if (noted) {
        event->notes_at = room + RESPONSE_CAPTURE;
        event->notes_size = notes->size;
        bpf_probe_read_kernel(event->heads + room + RESPONSE_CAPTURE, NOTES_SIZE, notes->bytes);
    }
    bpf_ringbuf_submit(event, emit_lazily());
    return true;
}

static __always_inline bool exchange_emit(const struct connection *connection,
                                          const struct exchange *exchange,
                                          const struct request_name *name,
                                          enum outcome outcome,
                                          __u64 now)
{
    struct notes *notes = exchange->extras & EXTRA_NOTES ? notes_of(name) : NULL;

    if (notes)
        return exchange_emit_as(connection, exchange, notes, outcome, now, REQUEST_CAPTURE, true);
    if (exchange->request_captured > SMALL_CAPTURE)
        return exchange_emit_as(connection, exchange, NULL, outcome, now, REQUEST_CAPTURE, false);
    return exchange_emit_as(connection, exchange, NULL, outcome, now, SMALL_CAPTURE, false);
}
