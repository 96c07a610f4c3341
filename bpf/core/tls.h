/* SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
/* What a connection is inside TLS: a connection of its own, whose bytes come from the process and not from
 * the socket. Its places are counts of plaintext bytes, which both ends have in common. It is born with the
 * client's hello and named by the random number in it, which a TLS library keeps in the memory of its
 * session: whoever has that memory at hand knows the connection, and can take no other one for it. */
#pragma once
#include "emit.h"
#include "request.h"
#include "stream.h"
#include "../contract/process.h"

#define TLS_CONNECTIONS_MAX 16384

EVENT_LAYOUT(tls_event);

struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(map_flags, BPF_F_NO_PREALLOC);
    __uint(max_entries, TLS_CONNECTIONS_MAX);
    __type(key, struct tls_name);
    __type(value, struct connection);
} tls_connections SEC(".maps");

/* pid -> what the agent knows of its TLS libraries. */
struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(map_flags, BPF_F_NO_PREALLOC);
    __uint(max_entries, TARGETS_MAX);
    __type(key, __u32);
    __type(value, enum tls_process);
} tls_processes SEC(".maps");

/* A session of Go's own TLS (tls_go.h): where it is in which process. */
struct go_session {
    __u64 id;
    __u32 pid;
    __u32 pad;
};

struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(map_flags, BPF_F_NO_PREALLOC);
    __uint(max_entries, TLS_CONNECTIONS_MAX);
    __type(key, struct go_session);
    __type(value, struct tls_name);
} go_sessions SEC(".maps");

static __always_inline struct connection *tls_connection(const struct tls_name *name)
{
    return bpf_map_lookup_elem(&tls_connections, name);
}

/* Its memory may have become another session's by now. */
static __always_inline void go_session_over(const struct connection *inner)
{
    struct go_session session = {.id = inner->tls_session, .pid = inner->pid};
    struct tls_name *name = bpf_map_lookup_elem(&go_sessions, &session);

    if (name && name->role == inner->role &&
        *(__u64 *)name->random == *(const __u64 *)inner->tls.random)
        bpf_map_delete_elem(&go_sessions, &session);
}

/* Before 6.2 a key must not be in memory of a caller. */
APART struct connection *tls_connection_inside(const struct connection *connection)
{
    struct tls_name name = connection->tls;

    return tls_connection(&name);
}

/* Once per process: has it a library that can be probed? True: its calls are seen already. */
static __always_inline bool tls_ask(__u32 pid)
{
    enum tls_process *known = bpf_map_lookup_elem(&tls_processes, &pid);
    enum tls_process asked = TLS_PROCESS_ASKED;
    struct tls_event *event;

    if (known)
        return *known == TLS_PROCESS_PROBED;
    event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);
    if (!event)
        return false;
    bpf_map_update_elem(&tls_processes, &pid, &asked, BPF_NOEXIST);
    emit_header(&event->header, EVENT_TLS, sizeof(*event));
    event->pid = pid;
    event->pad = 0;
    bpf_ringbuf_submit(event, BPF_RB_FORCE_WAKEUP);
    return false;
}

/* Calls may have been missed unless all are seen: the first message is then looked for. */
static __always_inline void tls_stream_begin(struct stream *stream, bool all_seen)
{
    __builtin_memset(stream, 0, offsetof(struct stream, head.keep));
    stream_begin(stream, 0);
    stream->skipped = 0;
    stream->turn = 0;
    if (!all_seen)
        stream->phase = STREAM_LOST;
}

/* What is written into a map at once must not be in memory of a caller before 6.2. */
static const struct connection no_connection;

/* The window begins with the hello of the client. */
PROVEN_ONCE int tls_begin(struct connection *connection, const struct window *window)
{
    struct tls_name name = {};
    struct connection *inner;
    bool all_seen;

    if (!connection || !window)
        return 0;
    for (__u32 at = 0; at < TLS_RANDOM_SIZE; at += 8)
        *(__u64 *)(name.random + at) = window_word(window, TLS_RANDOM_AT + at);
    name.target = connection->target;
    name.role = connection->role;
    all_seen = tls_ask(name.role == ROLE_CLIENT ? connection->pid : connection->target);
    if (bpf_map_update_elem(&tls_connections, &name, &no_connection, BPF_NOEXIST)) {
        count(COUNTER_STORAGE_FAILED);
        return 0;
    }
    inner = tls_connection(&name);
    if (!inner)
        return 0;
    bpf_probe_read_kernel(inner, sizeof(*inner), connection);
    tls_stream_begin(&inner->rx, all_seen);
    tls_stream_begin(&inner->tx, all_seen);
    inner->cookie = connection->cookie ^ TLS_COOKIE;
    inner->enrolled = 0;
    inner->harm_group = HARM_GROUP_NONE;
    inner->tls = name;
    connection->tls = name;
    if (name.role == ROLE_SERVER)
        open_request_prepare(inner->cookie);
    return 0;
}
