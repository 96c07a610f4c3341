/* SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
/* A request that leaves: which open request it belongs to, and whose ids it carries. */
#pragma once
#include "cause.h"
#include "exchange.h"
#include "option.h"
#include "parent.h"
#include "written.h"

/* Many threads share a connection of HTTP/2, and any of them may write for the others. A thread that
 * handles one request at a time has no second call under way for it; what looks like one is another
 * thread's. Of a loop nothing is known. */
static __always_inline bool task_calls(struct task *task, const struct connection *connection)
{
    struct request_name call = {.cookie = task->call, .ordinal = 1};

    if (task->loops || (task->call && exchange_named(&call)))
        return false;
    task->call = call_cookie(connection->cookie, connection->newest_stream);
    return true;
}

/* A loop connects for one request and handles others until it can write. */
static __always_inline struct open_request *client_guess(const struct connection *connection,
                                                         const struct task *task,
                                                         enum link *link)
{
    struct open_request *opener = connection->opened ? NULL : task_request(&connection->opener);
    struct open_request *read = task ? task_request(task) : NULL;

    *link = read && (!opener || !task->loops) ? LINK_THREAD : LINK_CONNECT;
    return *link == LINK_THREAD ? read : opener;
}

/* By the thread that runs. */
static __always_inline struct open_request *client_parent_of_thread(struct connection *connection,
                                                                    __u32 tid,
                                                                    enum link *link)
{
    struct task *task = tid && !connection->several ? bpf_map_lookup_elem(&tasks, &tid) : NULL;
    struct open_request *parent;

    if (connection->http2) {
        *link = LINK_THREAD;
        parent = task ? task_request(task) : NULL;
        return parent && task_calls(task, connection) ? parent : NULL;
    }
    parent = client_guess(connection, task, link);
    cause_keep(connection->cookie, parent);
    return cause_is_sure(connection->pid, task) ? parent : NULL;
}

/* The open request that this one is sent for, and how that is known (R10). `tid` is the thread that runs, if
 * it is one of the process. */
static __always_inline struct open_request *client_parent(struct connection *connection,
                                                          __u32 tid,
                                                          enum link *link)
{
    const struct go_program *program = tid ? go_program_of(connection->pid) : NULL;
    struct open_request *parent;

    if (program) {
        __u32 stream = connection->http2 ? connection->newest_stream : 0;

        parent = parent_of_goroutine(program, connection->pid, stream, link);
    } else {
        parent = client_parent_of_thread(connection, tid, link);
    }
    return parent ? parent : parent_of_process(connection->pid, link);
}

/* Chooses parent and ids of a request before it is read: an option announces it. */
static __always_inline void client_prepare(struct connection *connection,
                                           struct option_place *place)
{
    __u32 tid = current_pid() == connection->pid ? current_tid() : 0;

    client_identify(connection->target,
                    &place->span,
                    place->parent_id,
                    client_parent(connection, tid, &place->link));
    place->prepared = 1;
}

static __always_inline void client_begin(struct connection *connection,
                                         struct exchange *exchange,
                                         struct open_request *parent)
{
    const struct option_place *place =
        settings.tcp_option ? option_at(connection, connection->tx.head_position) : NULL;

    if (place && place->prepared &&
        (!(connection->tx.head.flags & HTTP1_CONTEXT) ||
         (parent && trace_equal(&place->span, &parent->span)))) {
        exchange->span = place->span;
        exchange->link = place->link;
        id_copy(exchange->parent_id, place->parent_id);
    } else {
        client_identify(connection->target, &exchange->span, exchange->parent_id, parent);
        if (!parent)
            sample_request(connection->target, &exchange->span, &connection->tx.head, false);
    }
    if (parent)
        parent->propagated = 1;
}

/* The application wrote a context of its own: its ids become those of the client span (R3). A root
 * request whose trace id nobody has seen yet takes over the application's trace. */
static __always_inline void client_adopt(struct exchange *exchange,
                                         const struct span_context *own,
                                         struct open_request *parent)
{
    exchange->span = *own;
    exchange->carrier = CARRIER_APPLICATION;
    *(__u64 *)exchange->parent_id = 0;
    if (parent && parent->is_root && !parent->propagated) {
        trace_copy(&parent->span, own);
        parent->span.flags = own->flags;
        parent->propagated = 1;
    }
    if (parent && trace_equal(&parent->span, own))
        id_copy(exchange->parent_id, parent->span.span_id);
    else
        exchange->link = LINK_NONE;
    count(COUNTER_ADOPTED);
}

/* The request that a context of the application was received with, if it is not its own. */
static __always_inline struct open_request *client_forwarded(const struct connection *connection,
                                                             const struct span_context *own,
                                                             struct open_request *parent,
                                                             enum link *link)
{
    struct open_request *request;

    if (forward_is_of(parent, own))
        return parent;
    request = forward_find(own, connection->pid);
    if (request)
        *link = LINK_HEADER;
    return request;
}

/* A process that exports its own traces sends a request. If it wrote a context, that is the one; if not,
 * the chain stays whole by what reached the process, which no span of ours stands between. */
static __always_inline void client_self_traced(struct exchange *exchange,
                                               const struct http1_head *head,
                                               struct open_request *parent)
{
    exchange->extras |= EXTRA_SELF_TRACED;
    exchange->link = LINK_NONE;
    exchange->carrier = CARRIER_APPLICATION;
    if (head->flags & HTTP1_CONTEXT || !parent || parent->is_root)
        return;
    exchange->carrier = CARRIER_NONE;
    exchange->span = parent->span;
    id_copy(exchange->span.span_id, parent->parent_id);
}

/* Hilo itself wrote the context, inside of the program: ids and parent are what it chose then. */
static __always_inline bool client_written(const struct connection *connection,
                                           struct exchange *exchange)
{
    const struct span_context *own = &connection->tx.head.context;
    struct written written;

    if (!written_take(own->span_id, connection->pid, &written))
        return false;
    exchange->span = *own;
    exchange->span.flags = written.flags;
    exchange->link = written.link;
    exchange->carrier = CARRIER_INJECTED;
    id_copy(exchange->parent_id, written.parent_id);
    if (written.shared)
        span_begin(&exchange->span);
    return true;
}

/* Parent, ids and carrier of the request whose head in connection->tx is complete. */
static __always_inline void client_decide(struct connection *connection,
                                          struct exchange *exchange,
                                          __u32 pid,
                                          __u32 tid)
{
    const struct stream *requests = &connection->tx;
    struct open_request *forwarded = NULL;
    struct open_request *parent;

    exchange->pid = pid;
    exchange->tid = connection->several ? 0 : tid;
    parent = client_parent(connection, tid, &exchange->link);
    if (requests->head.flags & HTTP1_CONTEXT)
        forwarded = client_forwarded(connection, &requests->head.context, parent, &exchange->link);
    if (forwarded)
        parent = forwarded;
    connection->parent.cookie =
        parent && parent->extras & (EXTRA_CARRY | EXTRA_BAGGAGE) ? parent->cookie : 0;
    connection->parent.ordinal = parent ? parent->ordinal : 0;
    exporter_recognise(exchange, connection->pid);
    if (exporter_is(connection->pid)) {
        client_self_traced(exchange, &requests->head, parent);
    } else if (!(requests->head.flags & HTTP1_CONTEXT)) {
        client_begin(connection, exchange, parent);
    } else if (client_written(connection, exchange)) {
        return;
    } else if (forwarded) {
        client_begin(connection, exchange, parent);
        exchange->carrier = CARRIER_REWRITTEN;
    } else {
        client_adopt(exchange, &requests->head.context, parent);
    }
}

/* What whoever sees the request on its way out has to do about it. */
static __always_inline int client_carrier(const struct exchange *exchange)
{
    return exchange->carrier == CARRIER_INJECTED ? CARRIER_APPLICATION : exchange->carrier;
}

/* Opens the exchange of the request whose head in connection->tx is complete; exchange_newest() is it.
 * Returns its carrier: CARRIER_APPLICATION when the header came from the process and stays as it is,
 * CARRIER_REWRITTEN when its parent id has to be replaced, CARRIER_NONE when a header is missing,
 * CARRIER_SKIPPED when there was no memory: leave the request alone. */
PROVEN_ONCE int client_request(struct connection *connection, __u32 pid, __u32 tid)
{
    struct exchange *exchange;

    if (!connection)
        return CARRIER_SKIPPED;
    exchange = exchange_open(connection, &connection->tx);
    if (!exchange) {
        connection->opened++;
        return CARRIER_SKIPPED;
    }
    client_decide(connection, exchange, pid, tid);
    exchange_opened(connection, exchange);
    return client_carrier(exchange);
}

/* A request that nothing can be written into: it leaves as it is, and is linked by its place. */
static __always_inline void client_unwritten(struct connection *connection,
                                             struct exchange *exchange)
{
    if (!settings.inject_headers) {
        exchange->carrier = CARRIER_NONE;
        count(COUNTER_SKIP_DISABLED);
    } else {
        exchange->carrier = CARRIER_SKIPPED;
        count(connection->skip ? connection->skip : COUNTER_SKIP_NOT_ENROLLED);
    }
    if (settings.tcp_option && connection->interface)
        option_schedule(connection, connection->tx.head_position, &exchange->span);
    if (option_left(connection, connection->tx.head_position))
        exchange->carrier = CARRIER_TCP_OPTION;
    sent_remember(connection, connection->tx.head_position, &exchange->span);
    connection->skip = 0;
}
