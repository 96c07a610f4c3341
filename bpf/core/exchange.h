/* SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
/* One request and its response: opened when the head of the request is complete, closed at the last
 * byte of the response, and then told to the agent, once.
 *
 * HTTP/1 answers in order. The oldest open exchange lives in the connection; requests that arrive
 * while it is open (pipelining) wait in a map under their ordinal. One direction opens and the other
 * closes, possibly at the same time on two CPUs: each writes its own ordinal only, and where the
 * oldest exchange is kept is found by its ordinal, so neither needs a lock. */
#pragma once
#include "baggage.h"
#include "carry.h"
#include "exchange_event.h"
#include "exporter.h"
#include "forward.h"
#include "harm.h"
#include "request.h"
#include "sample.h"
#include "sent.h"

#define PIPELINED_MAX 8192

struct {
    __uint(type, BPF_MAP_TYPE_LRU_HASH);
    __uint(max_entries, PIPELINED_MAX);
    __type(key, struct request_name);
    __type(value, struct exchange);
} pipelined SEC(".maps");

static const struct exchange no_exchange;

static __always_inline bool exchange_outstanding(const struct connection *connection)
{
    return connection->opened != connection->closed;
}

static __always_inline struct request_name call_name(const struct connection *connection,
                                                     __u32 stream)
{
    struct request_name name = {.cookie = call_cookie(connection->cookie, stream), .ordinal = 1};

    return name;
}

static __always_inline struct exchange *exchange_named(const struct request_name *name)
{
    return bpf_map_lookup_elem(&pipelined, name);
}

APART struct exchange *call_of(const struct connection *connection, __u32 stream)
{
    struct request_name name = call_name(connection, stream);

    return exchange_named(&name);
}

/* An open exchange by its ordinal, NULL: there was no room for it. */
static __always_inline struct exchange *exchange_at(struct connection *connection, __u32 ordinal)
{
    struct request_name key = {.cookie = connection->cookie, .ordinal = ordinal};

    if (connection->current.ordinal == ordinal)
        return &connection->current;
    return bpf_map_lookup_elem(&pipelined, &key);
}

/* The exchange that the next response belongs to, NULL: none. */
static __always_inline struct exchange *exchange_oldest(struct connection *connection)
{
    return exchange_outstanding(connection) ? exchange_at(connection, connection->closed + 1)
                                            : NULL;
}

/* The exchange of the request that was opened last. */
static __always_inline struct exchange *exchange_newest(struct connection *connection)
{
    return exchange_outstanding(connection) ? exchange_at(connection, connection->opened) : NULL;
}

static __always_inline void exchange_publish(struct open_request *request,
                                             const struct exchange *exchange)
{
    request->span = exchange->span;
    id_copy(request->parent_id, exchange->parent_id);
    request->is_root = exchange->link == LINK_NONE;
    request->propagated = 0;
    request->extras = exchange->extras;
    request->ordinal = exchange->ordinal;
    if (exchange->link == LINK_HEADER)
        forward_expect(request);
}

/* Where the exchange that is opening now is to be built. */
static __always_inline struct exchange *exchange_place(struct connection *connection)
{
    struct request_name key = {.cookie = connection->cookie, .ordinal = connection->opened + 1};

    if (!exchange_outstanding(connection))
        return &connection->current;
    /* The value is written in place below; this only makes room for it. */
    if (bpf_map_update_elem(&pipelined, &key, &no_exchange, BPF_ANY))
        return NULL;
    return bpf_map_lookup_elem(&pipelined, &key);
}

/* Fills what both sides know when the head of the request is complete. */
static __always_inline void exchange_begin(struct connection *connection,
                                           struct exchange *exchange,
                                           const struct stream *requests)
{
    exchange->start_ns = requests->started_ns;
    exchange->request_body_size =
        requests->head.flags & HTTP1_LENGTH ? requests->head.content_length : 0;
    exchange->response_body_size = 0;
    exchange->pid = 0;
    exchange->tid = 0;
    exchange->request_flags = requests->head.flags;
    exchange->response_captured = 0;
    exchange->status = 0;
    exchange->protocol = PROTOCOL_HTTP1;
    exchange->carrier = CARRIER_NONE;
    exchange->extras = connection->extras;
    connection->extras = 0;
    exchange->request_captured = connection->captured;
    if (!connection->staged)
        return; /* it was captured in place */
    copy_words(exchange->request_head, connection->capture, SMALL_CAPTURE);
    if (connection->captured > SMALL_CAPTURE)
        copy_words(exchange->request_head + SMALL_CAPTURE,
                   connection->capture + SMALL_CAPTURE,
                   REQUEST_CAPTURE - SMALL_CAPTURE);
}

static __always_inline struct exchange *exchange_open(struct connection *connection,
                                                      const struct stream *requests)
{
    struct exchange *exchange = exchange_place(connection);

    if (exchange)
        exchange_begin(connection, exchange, requests);
    return exchange;
}

static __always_inline void exchange_opened(struct connection *connection,
                                            struct exchange *exchange)
{
    exchange->ordinal = connection->opened + 1;
    connection->opened = exchange->ordinal;
}

/* Takes over what became known outside of the connection while the request was open, and ends it. */
static __always_inline void exchange_withdraw(struct connection *connection,
                                              struct exchange *exchange,
                                              struct open_request *request)
{
    if (!request || request->ordinal != exchange->ordinal)
        return;
    request->ordinal = 0;
    trace_copy(&exchange->span, &request->span);
    exchange->span.flags = request->span.flags;
    if (request->reader_ordinal != exchange->ordinal)
        return;
    exchange->pid = request->reader_pid;
    exchange->tid = request->reader_tid;
    if (request->target) {
        connection->target = request->target;
        target_request_closed(request->reader_pid, request->cookie);
    }
}

/* The next pipelined request becomes the open one; whoever read the last one has read this too. */
static __always_inline void exchange_advance(struct connection *connection,
                                             struct open_request *request)
{
    struct exchange *next = exchange_oldest(connection);
    struct target *target;

    if (!request || !next)
        return;
    exchange_publish(request, next);
    if (!request->reader_pid)
        return;
    request->reader_ordinal = next->ordinal;
    target = target_of(request->reader_pid);
    if (target)
        target_request_opened(target, connection->cookie);
}

static __always_inline void extras_forget(const struct request_name *name, __u8 extras)
{
    if (extras & EXTRA_CARRY)
        bpf_map_delete_elem(&carries, name);
    if (extras & EXTRA_BAGGAGE)
        bpf_map_delete_elem(&baggages, name);
    if (extras & EXTRA_NOTES)
        bpf_map_delete_elem(&notes, name);
}

static __always_inline void rename_entry(void *map,
                                         const struct request_name *from,
                                         const struct request_name *to)
{
    void *entry = bpf_map_lookup_elem(map, from);

    if (!entry)
        return;
    bpf_map_update_elem(map, to, entry, BPF_ANY);
    bpf_map_delete_elem(map, from);
}

/* What is filed under a name of a request goes to another one. (Before 6.2 a key must not be in memory
 * of a caller.) */
PROVEN_ONCE int exchange_rename(const struct request_name *from, const struct request_name *to)
{
    if (!from || !to)
        return 0;

    struct request_name old = *from;
    struct request_name new = *to;

    rename_entry(&pipelined, &old, &new);
    rename_entry(&carries, &old, &new);
    rename_entry(&baggages, &old, &new);
    rename_entry(&notes, &old, &new);
    return 0;
}

static __always_inline void exchange_sample(const struct connection *connection,
                                            const struct exchange *exchange,
                                            const struct request_name *name,
                                            enum outcome outcome,
                                            __u64 now)
{
    bool sampled = exchange->span.flags & TRACE_FLAG_SAMPLED;
    bool told = (sampled || settings.tell_unsampled) &&
                exchange_emit(connection, exchange, name, outcome, now);

    if (sampled)
        count(told ? COUNTER_EMITTED : COUNTER_RING_FULL);
    else
        count(COUNTER_UNSAMPLED);
    if (!sampled && settings.tell_unsampled && !told)
        count(COUNTER_UNSAMPLED_RING_FULL);
}

/* It is over: gives it to the agent, unless it is not to be told. */
static __always_inline void exchange_tell(const struct connection *connection,
                                          const struct exchange *exchange,
                                          const struct request_name *name,
                                          enum outcome outcome,
                                          __u64 now)
{
    if (exchange->extras & EXTRA_SELF_TRACED || exporter_is(connection->target))
        count(COUNTER_SELF_TRACED);
    else
        exchange_sample(connection, exchange, name, outcome, now);
    extras_forget(name, exchange->extras);
}

/* The last byte of the response, or the end of the connection. */
PROVEN_ONCE int exchange_close(struct connection *connection, enum outcome outcome, __u64 now)
{
    struct open_request *request = NULL;
    struct request_name key = {};
    struct exchange *exchange;

    if (!connection)
        return 0;
    key.cookie = connection->cookie;
    key.ordinal = connection->closed + 1;
    if (connection->role == ROLE_SERVER)
        request = open_request_of(connection->cookie);
    exchange = exchange_oldest(connection);
    if (exchange) {
        if (connection->role == ROLE_SERVER)
            exchange_withdraw(connection, exchange, request);
        else
            harm_exchange(connection, outcome, now - exchange->start_ns);
        exchange_tell(connection, exchange, &key, outcome, now);
    } else if (exchange_outstanding(connection)) {
        count(COUNTER_PIPELINE_FULL); /* there was no room, or it had to make room for others */
    }
    if (connection->current.ordinal != key.ordinal)
        bpf_map_delete_elem(&pipelined, &key);
    if (exchange_outstanding(connection))
        connection->closed++;
    if (connection->role == ROLE_SERVER)
        exchange_advance(connection, request);
    return 0;
}

/* A request begins while the place in the responses is lost. Its client would hardly have sent it
 * without having got the last one whole; unless both are guesses, inside of a body that began before
 * this connection was followed. */
static __always_inline void exchange_presume_answered(struct connection *connection, __u64 now)
{
    bool is_client = connection->role == ROLE_CLIENT;
    const struct stream *requests = is_client ? &connection->tx : &connection->rx;
    const struct stream *responses = is_client ? &connection->rx : &connection->tx;

    if (requests->proven && responses->phase == STREAM_LOST && exchange_outstanding(connection))
        exchange_close(connection, OUTCOME_COMPLETE, now);
}
