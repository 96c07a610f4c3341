/* SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
/* Streams of HTTP/2 as exchanges: each is opened by the headers of its request and closed by the end of
 * its response, in any order and any number at once. What one thread calls, or a peer asks for, has a name
 * of its own (call_name), so that nothing else need know that its connection has others. */
#pragma once
#include "client.h"
#include "server.h"
#include "../protocols/http2_wire.h"

#define CALLS_NEWEST 8192 /* streams looked at when a connection ends: the newest ... */
#define CALLS_OLDEST 1024 /* ... and the first ones, which may last as long as it does */

APART struct exchange *call_open(struct connection *connection,
                                 __u32 stream,
                                 const struct stream *requests)
{
    struct request_name name = call_name(connection, stream);
    struct exchange *exchange = NULL;

    if (!bpf_map_update_elem(&pipelined, &name, &no_exchange, BPF_ANY))
        exchange = exchange_named(&name);
    if (!exchange) {
        count(COUNTER_PIPELINE_FULL);
        return NULL;
    }
    __sync_fetch_and_add(&connection->open_streams, 1);
    exchange_begin(connection, exchange, requests);
    exchange->request_body_size = 0;
    exchange->protocol = PROTOCOL_HTTP2;
    exchange->ordinal = name.ordinal;
    return exchange;
}

/* The head in connection->rx is that of a request. */
PROVEN_ONCE int server_call(struct connection *connection, __u32 stream)
{
    struct request_name name = {};
    struct open_request *request;
    struct exchange *exchange;

    if (!connection)
        return 0;
    name = call_name(connection, stream);
    exchange = call_open(connection, stream, &connection->rx);
    if (!exchange)
        return 0;
    server_context(connection, &connection->rx, exchange);
    server_carry(connection, exchange, &name);
    open_request_prepare(name.cookie);
    request = open_request_of(name.cookie);
    if (!request) {
        count(COUNTER_STORAGE_FAILED);
        return 0;
    }
    request->newest = name.ordinal;
    exchange_publish(request, exchange);
    request = open_request_of(connection->cookie);
    if (request)
        request->stream = stream;
    return 0;
}

/* The head in connection->tx is that of a request. Returns its carrier, as client_request(). */
PROVEN_ONCE int client_call(struct connection *connection, __u32 stream, __u32 pid, __u32 tid)
{
    struct exchange *exchange;

    if (!connection)
        return CARRIER_SKIPPED;
    exchange = call_open(connection, stream, &connection->tx);
    if (!exchange)
        return CARRIER_SKIPPED;
    client_decide(connection, exchange, pid, tid);
    return client_carrier(exchange);
}

/* Its exchange had to make room for others (LRU). */
static __always_inline void call_forget(struct connection *connection,
                                        const struct request_name *name)
{
    struct open_request *request = open_request_of(name->cookie);

    if (!request)
        return;
    if (request->reader_ordinal && request->target)
        target_request_closed(request->reader_pid, request->cookie);
    bpf_map_delete_elem(&open_requests, &name->cookie);
    __sync_fetch_and_sub(&connection->open_streams, 1);
    count(COUNTER_PIPELINE_FULL);
}

/* The stream has ended, in whichever way; both directions may say so. `code`: of OUTCOME_RESET. */
PROVEN_ONCE int call_close(
    struct connection *connection, __u32 stream, enum outcome outcome, __u32 code, __u64 now)
{
    struct request_name name = {};
    struct exchange *exchange;

    if (!connection)
        return 0;
    name = call_name(connection, stream);
    exchange = exchange_named(&name);
    if (!exchange)
        call_forget(connection, &name);
    if (!exchange || __sync_lock_test_and_set(&exchange->call.over, 1))
        return 0;
    exchange->call.reset_code = code;
    if (connection->role == ROLE_SERVER)
        exchange_withdraw(connection, exchange, open_request_of(name.cookie));
    else
        harm_exchange(connection, outcome, now - exchange->start_ns);
    exchange_tell(connection, exchange, &name, outcome, now);
    bpf_map_delete_elem(&pipelined, &name);
    bpf_map_delete_elem(&open_requests, &name.cookie);
    __sync_fetch_and_sub(&connection->open_streams, 1);
    return 0;
}

struct calls {
    struct connection *connection;
    __u64 now;
    __u32 first;
    __s32 step;
    __u32 code;
    enum outcome outcome;
    __u8 pad[3];
};

static long calls_close_one(__u32 index, void *state)
{
    const struct calls *calls = state;
    __u32 stream = calls->first + index * calls->step;

    if (!calls->connection->open_streams || (__s32)stream <= 0 ||
        stream > calls->connection->newest_stream)
        return 1;
    call_close(calls->connection, stream, calls->outcome, calls->code, calls->now);
    return 0;
}

/* The connection has ended. */
static __always_inline void calls_end(struct connection *connection)
{
    struct calls calls = {
        .connection = connection,
        .now = bpf_ktime_get_ns(),
        .first = connection->newest_stream,
        .step = -2,
        .outcome = OUTCOME_CLOSED,
    };

    repeat(CALLS_NEWEST, calls_close_one, &calls);
    calls.first = 1;
    calls.step = 2;
    repeat(CALLS_OLDEST, calls_close_one, &calls);
}

/* Whoever sent GOAWAY will not answer streams behind `last`. */
static __always_inline void calls_refuse(struct connection *connection, __u32 last, __u64 now)
{
    struct calls calls = {
        .connection = connection,
        .now = now,
        .first = (last | 1) == last ? last + 2 : last + 1,
        .step = 2,
        .code = HTTP2_REFUSED_STREAM,
        .outcome = OUTCOME_RESET,
    };

    repeat(CALLS_OLDEST, calls_close_one, &calls);
}

#define CALLS_READ 256 /* headers of so many streams come with one read */

struct calls_reading {
    __u64 cookie; /* of the connection */
    __u32 stream;
    __u32 last;
};

static long calls_read_one(__u32 index, void *state)
{
    struct calls_reading *reading = state;
    struct open_request *request;

    (void)index;
    if (reading->stream > reading->last)
        return 1;
    request = open_request_of(call_cookie(reading->cookie, reading->stream));
    if (request && request->ordinal)
        request_read(request);
    reading->stream += 2;
    return 0;
}

/* This thread has read from a connection of HTTP/2; `whole` stands for all of its streams. As a rule other
 * threads handle them: it names no request as its own. */
static __always_inline void calls_read(__u64 cookie, struct open_request *whole)
{
    struct calls_reading reading = {
        .cookie = cookie, .stream = (whole->reader_ordinal + 1) | 1, .last = whole->stream};
    struct task task = {};

    if (reading.stream > reading.last)
        return;
    whole->reader_ordinal = reading.last;
    task_set(&task);
    repeat(CALLS_READ, calls_read_one, &reading);
}

/* The server's side of it: who has read the request, and asks for it as a parent, finds it as a stream. */
static __always_inline void call_request_moves(struct connection *connection,
                                               const struct request_name *to)
{
    struct open_request *before = open_request_of(connection->cookie);
    struct open_request *request;

    open_request_prepare(to->cookie);
    request = open_request_of(to->cookie);
    if (!before || !request)
        return;
    before->stream = 1;
    if (!before->ordinal)
        return;
    *request = *before;
    request->cookie = to->cookie;
    request->ordinal = to->ordinal;
    request->newest = to->ordinal;
    request->reader_ordinal = 0;
    before->ordinal = 0;
    if (before->reader_ordinal != connection->closed + 1)
        return;
    if (before->target)
        target_request_closed(before->reader_pid, before->cookie);
    before->reader_ordinal = 1;
    request->reader_ordinal = to->ordinal;
    if (before->target) {
        struct target *target = target_of(before->reader_pid);

        if (target)
            target_request_opened(target, to->cookie);
    }
}

/* The answer to a request of HTTP/1 follows as stream 1 of HTTP/2 (RFC 7540, 3.2). */
PROVEN_ONCE int call_upgraded(struct connection *connection, struct exchange *exchange)
{
    struct request_name from = {};
    struct request_name to = {};
    struct exchange *moved;

    if (!connection || !exchange)
        return 0;
    from.cookie = connection->cookie;
    from.ordinal = exchange->ordinal;
    to = call_name(connection, 1);
    if (connection->role == ROLE_SERVER)
        call_request_moves(connection, &to);
    exchange_rename(&from, &to);
    bpf_map_update_elem(&pipelined, &to, &no_exchange, BPF_ANY);
    moved = exchange_named(&to);
    if (moved) {
        bpf_probe_read_kernel(moved, sizeof(*moved), exchange);
        moved->ordinal = to.ordinal;
        __sync_fetch_and_add(&connection->open_streams, 1);
    } else {
        count(COUNTER_PIPELINE_FULL);
    }
    connection->closed = connection->opened;
    connection->newest_stream = 1;
    connection->http2 = HTTP2_FOLLOWED;
    return 0;
}
