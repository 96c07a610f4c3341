/* SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
/* Sees what processes give to a TLS library to be written, and what they get from it.
 *
 * What is written is read at the beginning of the call, before it can leave: only then can its context go
 * with it. How much the library took is known at the end; a call that is made again because it took less
 * tells the same bytes again, which is no harm. The walks are programs of their own, as both directions have
 * them in common. */
#include "../core/http2_walk.h"
#include "../core/tls_go.h"
#include "../core/throttle.h"

char LICENSE[] SEC("license") = "Dual MIT/GPL";

struct {
    __uint(type, BPF_MAP_TYPE_PROG_ARRAY);
    __uint(max_entries, 2);
    __type(key, __u32);
    __type(value, __u32);
} tls_walks SEC(".maps");

#define WALK_HTTP1 0
#define WALK_HTTP2 1

static __always_inline bool tls_load(struct feed *feed, __u32 at, __u32 size)
{
    __u8 *to = feed->window->bytes + (at & (HTTP1_KEEP * 2 - 1));

    if (size == 0 || size > WINDOW_SIZE - HTTP1_KEEP)
        return false;
    return !bpf_probe_read_user(
        to, at_most(size, WINDOW_SIZE - HTTP1_KEEP), feed->source + feed->cursor->offset);
}

static __always_inline void tls_unwritten(struct connection *connection, struct exchange *exchange)
{
    if (settings.tcp_option)
        option_schedule(connection, connection->tx.head_position, &exchange->span);
    connection->skip = COUNTER_SKIP_SECURED;
    client_unwritten(connection, exchange);
}

PROVEN_ONCE int tls_client_request(struct connection *connection)
{
    struct exchange *exchange;

    if (!connection ||
        client_request(connection, current_pid(), current_tid()) == CARRIER_APPLICATION)
        return 0;
    exchange = exchange_newest(connection);
    if (exchange)
        tls_unwritten(connection, exchange);
    return 0;
}

static __always_inline void tls_request(struct feed *feed)
{
    if (feed->connection->role == ROLE_SERVER)
        server_request(feed->connection);
    else
        tls_client_request(feed->connection);
}

static long tls_step(__u32 index, void *state)
{
    (void)index;
    return stream_step(state, tls_load, tls_request);
}

PROVEN_ONCE int tls_client_call(struct connection *connection, __u32 stream)
{
    struct exchange *exchange;

    if (!connection ||
        client_call(connection, stream, current_pid(), current_tid()) == CARRIER_APPLICATION)
        return 0;
    exchange = call_of(connection, stream);
    if (exchange)
        tls_unwritten(connection, exchange);
    return 0;
}

static __always_inline void tls_http2_request(struct feed *feed)
{
    __u32 stream = http2_feed_of(feed)->side->http2.block_stream;

    feed->connection->several = feed->cursor->several;
    if (feed->connection->role == ROLE_SERVER)
        server_call(feed->connection, stream);
    else
        tls_client_call(feed->connection, stream);
}

static long tls_http2_step(__u32 index, void *state)
{
    (void)index;
    return http2_walk_step(state, tls_load, tls_http2_request);
}

static __always_inline struct feed tls_source(const struct tls_call *call,
                                              struct connection *connection)
{
    struct feed feed = {
        .source = (void *)call->buffer,
        .connection = connection,
        .stream = call->reads ? &connection->rx : &connection->tx,
        .now = bpf_ktime_get_ns(),
        .rx = call->reads,
        .responses = carries_responses(connection, call->reads),
    };

    return feed;
}

typedef long tls_stepper(__u32 index, void *feed);

static __always_inline void tls_walk(struct feed *feed,
                                     const struct tls_call *call,
                                     tls_stepper *step)
{
    struct scratch *scratch;
    __u32 slot;

    scratch = scratch_claim(&slot);
    if (!scratch) {
        feed->stream->phase = STREAM_LOST;
        return;
    }
    feed->window = &scratch->window;
    feed->cursor = &scratch->cursor;
    feed->cursor->position = stream_origin(0) + (call->reads ? feed->connection->tls_read
                                                             : feed->connection->tls_written);
    feed->cursor->offset = 0;
    feed->cursor->size = call->size;
    feed->cursor->first = 1;
    feed->cursor->several = 0;
    repeat(FEED_STEPS, step, feed);
    scratch_release(slot);
}

/* What was read is in this thread's hands. */
APART void tls_has_read(struct connection *connection, const struct tls_call *call)
{
    struct open_request *request;
    __u32 read;

    connection->tls_read += call->size;
    if (connection->role != ROLE_SERVER)
        return;
    request = open_request_of(connection->cookie);
    if (!request)
        return;
    read = (__u32)(stream_origin(0) + connection->tls_read);
    if (request->stream)
        calls_read(connection->cookie, request);
    else if (request->ordinal)
        task_read(connection->cookie, request, request->has_body && request_goes_on(request, read));
}

static __always_inline void tls_told(struct connection *connection, const struct tls_call *call)
{
    if (call->reads)
        tls_has_read(connection, call);
    else if (call->whole)
        connection->tls_written += call->size;
}

SEC("uprobe.multi")
int on_tls_http1(struct pt_regs *registers)
{
    struct tls_call *call = tls_call_of_thread(0);
    struct connection *connection = call ? tls_connection(&call->name) : NULL;

    if (!connection)
        return 0;
    struct feed feed = tls_source(call, connection);

    tls_walk(&feed, call, tls_step);
    if (connection->http2)
        bpf_tail_call(registers, &tls_walks, WALK_HTTP2);
    tls_told(connection, call);
    return 0;
}

SEC("uprobe.multi")
int on_tls_http2(struct pt_regs *registers)
{
    struct tls_call *call = tls_call_of_thread(0);
    struct connection *connection = call ? tls_connection(&call->name) : NULL;
    struct http2_side *side;

    (void)registers;
    if (!connection)
        return 0;
    side = tls_side_make(connection->cookie, call->reads);
    if (!side) {
        count(COUNTER_STORAGE_FAILED);
        connection_deaf(connection, STREAM_UNKNOWN);
        return 0;
    }
    struct http2_feed feed = {
        .feed = tls_source(call, connection),
        .side = side,
        .other = tls_side_of(connection->cookie, !call->reads),
    };

    tls_walk(&feed.feed, call, tls_http2_step);
    tls_told(connection, call);
    return 0;
}

static __always_inline void tls_read_on(struct pt_regs *registers,
                                        const struct tls_call *call,
                                        const struct connection *connection)
{
    if (!stream_is_deaf(call->reads ? &connection->rx : &connection->tx))
        bpf_tail_call(registers, &tls_walks, connection->http2 ? WALK_HTTP2 : WALK_HTTP1);
}

/* Reads the plaintext of a call, if its session is that of a connection of ours. */
static __always_inline void tls_follow(struct pt_regs *registers, struct tls_call *call)
{
    struct connection *connection;

    if (!call->size || throttle_step() == THROTTLE_OFF)
        return;
    connection = tls_session_connection(call->library, call->session, !call->reads, &call->name);
    /* Before Linux 6.12 a return probe of one process is run in each that has one there: once is enough. */
    if (call->reads)
        call->session = 0;
    if (connection)
        tls_read_on(registers, call, connection);
    else
        call->name.target = 0;
}

static __always_inline void tls_go_follow(struct pt_regs *registers, struct tls_call *call)
{
    struct connection *connection;

    if (!call || throttle_step() == THROTTLE_OFF)
        return;
    connection = tls_connection(&call->name);
    if (connection)
        tls_read_on(registers, call, connection);
}

SEC("uprobe.multi")
int on_tls_write(struct pt_regs *registers)
{
    struct tls_call *call = tls_call_begin(registers, false);

    if (call)
        tls_follow(registers, call);
    return 0;
}

SEC("uretprobe.multi")
int on_tls_write_return(struct pt_regs *registers)
{
    struct tls_call *call = tls_call_end(registers);
    struct connection *connection = call && call->name.target ? tls_connection(&call->name) : NULL;

    if (connection)
        connection->tls_written += call->size;
    if (call)
        call->session = 0;
    return 0;
}

SEC("uprobe.multi")
int on_tls_read(struct pt_regs *registers)
{
    tls_call_begin(registers, true);
    return 0;
}

SEC("uretprobe.multi")
int on_tls_read_return(struct pt_regs *registers)
{
    struct tls_call *call = tls_call_end(registers);

    if (call)
        tls_follow(registers, call);
    return 0;
}

SEC("uprobe.multi")
int on_go_tls_handshake(struct pt_regs *registers)
{
    tls_go_begin(registers);
    return 0;
}

SEC("uprobe.multi")
int on_go_tls_write(struct pt_regs *registers)
{
    tls_go_follow(registers, tls_go_writes(registers));
    return 0;
}

SEC("uprobe.multi")
int on_go_tls_read(struct pt_regs *registers)
{
    tls_go_follow(registers, tls_go_reads(registers));
    return 0;
}
