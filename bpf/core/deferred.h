/* SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
/* Connections that come to be with their first data: TCP_DEFER_ACCEPT, SYN cookies.
 *
 * The hook sees that data on the listener, whose connection it is not. The kernel makes the connection
 * from the very same packet a moment later, and this CPU handles no other packet between. So it is
 * followed as a connection of nobody's, one per CPU, and handed over when the socket is there; what it
 * has opened is filed under the number of the CPU until then. */
#pragma once
#include "packet.h"
#include "socket.h"

#define DEFERRED_COOKIE (1ULL << 63) /* the kernel's cookies do not come that far */
#define DEFERRED_REQUESTS_MAX 64

struct deferred {
    struct connection connection;
    __u32 seq; /* of its first byte */
    __u32 waits;
};

struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, struct deferred);
} deferred SEC(".maps");

static const struct deferred none_deferred;

static __always_inline struct deferred *deferred_here(void)
{
    __u32 zero = 0;

    return bpf_map_lookup_elem(&deferred, &zero);
}

static __always_inline bool deferred_addresses(struct __sk_buff *skb,
                                               const struct segment *segment,
                                               struct connection *connection)
{
    __u32 words[8];
    __be16 ports[2];

    if (!packet_read(skb, segment->tcp, ports, sizeof(ports)))
        return false;
    connection->remote.port = bpf_ntohs(ports[0]);
    connection->local.port = bpf_ntohs(ports[1]);
    if (skb->protocol == bpf_htons(ETH_P_IP)) {
        if (!packet_read(skb, segment->network + IPV4_SOURCE, words, 8))
            return false;
        endpoint_v4(&connection->remote, words[0]);
        endpoint_v4(&connection->local, words[1]);
    } else {
        if (!packet_read(skb, segment->network + IPV6_SOURCE, words, sizeof(words)))
            return false;
        endpoint_v6(&connection->remote, words);
        endpoint_v6(&connection->local, words + 4);
    }
    return true;
}

static long deferred_forget(__u32 index, void *state)
{
    struct connection *connection = *(struct connection **)state;
    struct request_name name = {.cookie = connection->cookie, .ordinal = index + 1};

    if (name.ordinal > connection->opened)
        return 1;
    extras_forget(&name, EXTRA_CARRY | EXTRA_BAGGAGE | EXTRA_NOTES);
    bpf_map_delete_elem(&pipelined, &name);
    return 0;
}

/* A segment with data for a listener: the connection to follow it in, NULL: it is not one of ours. */
APART struct connection *deferred_begin(struct __sk_buff *skb,
                                        struct bpf_sock *listener,
                                        const struct segment *segment)
{
    struct owner *owner = bpf_sk_storage_get(&owners, listener, NULL, 0);
    struct deferred *here = deferred_here();
    struct connection *connection;

    if (!owner || !here || !segment->size || segment->flags & (TCP_FLAG_SYN | TCP_FLAG_RST))
        return NULL;
    connection = &here->connection;
    if (here->waits) /* the last one came to nothing */
        repeat(DEFERRED_REQUESTS_MAX, deferred_forget, &connection);
    bpf_probe_read_kernel(here, sizeof(*here), &none_deferred);
    connection->cookie = DEFERRED_COOKIE | bpf_get_smp_processor_id();
    connection->role = ROLE_SERVER;
    connection->target = owner->pid;
    stream_begin(&connection->rx, segment->seq);
    if (!deferred_addresses(skb, segment, connection))
        return NULL;
    bpf_map_delete_elem(&open_requests, &connection->cookie);
    open_request_prepare(connection->cookie);
    here->seq = segment->seq;
    here->waits = 1;
    return connection;
}

static __always_inline bool endpoint_equal(const struct endpoint *a, const struct endpoint *b)
{
    return id_equal(a->address, b->address) && id_equal(a->address + 8, b->address + 8) &&
           a->port == b->port;
}

struct renaming {
    struct connection *connection; /* by its new name */
    __u64 cookie;                  /* the old one */
};

static long rename_request(__u32 index, void *state)
{
    struct renaming *renaming = state;
    struct request_name from = {.cookie = renaming->cookie, .ordinal = index + 1};
    struct request_name to = {.cookie = renaming->connection->cookie, .ordinal = index + 1};

    if (from.ordinal > renaming->connection->opened)
        return 1;
    exchange_rename(&from, &to);
    return 0;
}

static __always_inline void rename_open_request(__u64 from, __u64 to)
{
    struct open_request *before = open_request_of(from);
    struct open_request *request = open_request_of(to);

    if (!before || !request)
        return;
    *request = *before;
    request->cookie = to;
    if (request->ordinal && !request->is_root)
        forward_expect(request);
    bpf_map_delete_elem(&open_requests, &from);
}

/* The connection that the listener's last segment belongs to is there. False: there was none. */
static __always_inline bool deferred_take(struct connection *connection, __u32 seq, __u32 snd_nxt)
{
    struct renaming renaming = {.connection = connection};
    struct deferred *here = deferred_here();
    __u64 cookie = connection->cookie;
    __u8 tracked = connection->tracked;

    if (!here || !here->waits || here->seq != seq ||
        here->connection.opened > DEFERRED_REQUESTS_MAX ||
        !endpoint_equal(&here->connection.remote, &connection->remote) ||
        !endpoint_equal(&here->connection.local, &connection->local))
        return false;
    here->waits = 0;
    renaming.cookie = here->connection.cookie;
    bpf_probe_read_kernel(connection, sizeof(*connection), &here->connection);
    connection->cookie = cookie;
    connection->tracked = tracked;
    stream_begin(&connection->tx, snd_nxt);
    if (stream_is_deaf(&connection->rx))
        connection_deaf(connection, connection->rx.phase);
    if (connection->http2) { /* what followed its first line was not read */
        connection->rx.phase = STREAM_LOST;
        connection->tx.phase = STREAM_HTTP2;
    }
    repeat(DEFERRED_REQUESTS_MAX, rename_request, &renaming);
    rename_open_request(renaming.cookie, cookie);
    return true;
}
