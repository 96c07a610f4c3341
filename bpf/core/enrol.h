/* SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
/* Membership of client sockets in the sockmap, where sk_msg can edit what they send.
 *
 * A socket in a sockmap is not quite an ordinary one: on some kernels it answers FIONREAD with 0, and
 * on all of them a blocking read that a signal or a reset interrupts returns EAGAIN. So a socket is a
 * member only while that cannot be noticed:
 *  - from connect() until its first request leaves: every socket, unless the thread uses io_uring;
 *  - from then on: non-blocking sockets of processes that never asked FIONREAD. A probe on ioctl()
 *    tells the first time, and the process then waits until all its sockets are out;
 *  - blocking sockets: again from the last byte of a response on (propagation/reenrol.bpf.c), in one of
 *    two sockmaps.
 * Sockets with SO_ZEROCOPY are none from the moment on that this is seen, where the canary has found
 * that the sockmap reports their sends more than once.
 * The kernel calls HDR_OPT_LEN while it builds a segment, in the middle of the send that sk_msg has
 * just edited: taken out there, the socket is an ordinary one before the send returns. */
#pragma once
#include "socket.h"
#include "harm.h"
#include "throttle.h"
#include "watch.h"

#define ENROL_CALLBACKS                                                                            \
    (BPF_SOCK_OPS_WRITE_HDR_OPT_CB_FLAG | BPF_SOCK_OPS_PARSE_ALL_HDR_OPT_CB_FLAG)

struct {
    __uint(type, BPF_MAP_TYPE_SOCKHASH);
    __uint(max_entries, ENROLLED_MAX);
    __type(key, __u64);
    __type(value, __u64);
} enrolled SEC(".maps");

/* A sockmap without a program, for sockets that still have the one of `enrolled`: a send in which a socket
 * leaves holds on to what belongs to a member until it returns, and to that the kernel attaches no program a
 * second time. A link without one keeps it as it is. */
struct {
    __uint(type, BPF_MAP_TYPE_SOCKHASH);
    __uint(max_entries, ENROLLED_MAX);
    __type(key, __u64);
    __type(value, __u64);
} kept SEC(".maps");

/* What connection.enrolled says. */
enum enrolment {
    NOT_ENROLLED,
    ENROLLED,
    ENROLLED_KEPT,
};

/* What cannot be edited is still best seen there: before its segment is built. */
static __always_inline bool enrol_wanted(void)
{
    return (settings.inject_headers || settings.tcp_option) &&
           throttle_step() < THROTTLE_NO_HEADERS;
}

static __always_inline bool socket_counts_copies(const struct tcp_sock *tcp)
{
    const struct sock *sock = (const struct sock *)tcp;

    return settings.spare_zerocopy &&
           (!sock || sock->__sk_common.skc_flags & 1UL << SOCK_ZEROCOPY_BIT);
}

static __always_inline void socket_connected(struct bpf_sock_ops *ops)
{
    struct bpf_sock *sk = ops->sk;
    struct connection *connection = sk ? bpf_sk_storage_get(&connections, sk, NULL, 0) : NULL;
    __u64 cookie;

    if (!connection)
        return;
    connection_begin(connection, ops, sk);
    if (settings.tcp_option && !connection->interface)
        bpf_sock_ops_cb_flags_set(ops, ops->bpf_sock_ops_cb_flags | OPTION_CLIENT_CALLBACKS);
    if (!enrol_wanted() || connection->barred || socket_counts_copies(bpf_skc_to_tcp_sock(sk)))
        return;
    if (!harm_begin(connection)) {
        connection->barred = 1;
        return;
    }
    cookie = connection->cookie;
    if (bpf_sock_hash_update(ops, &enrolled, &cookie, BPF_NOEXIST))
        return;
    connection->enrolled = ENROLLED;
    bpf_map_update_elem(&enrolled_pids, &cookie, &connection->pid, BPF_ANY);
    bpf_sock_ops_cb_flags_set(ops, ops->bpf_sock_ops_cb_flags | ENROL_CALLBACKS);
}

/* Non-blocking, and without zero-copy notifications. */
static __always_inline bool socket_is_plain(const struct tcp_sock *tcp)
{
    struct sock *sock = (struct sock *)tcp;
    unsigned int file_flags = BPF_CORE_READ(sock, sk_socket, file, f_flags);

    return file_flags & O_NONBLOCK && !socket_counts_copies(tcp);
}

/* Between its requests. */
static __always_inline bool enrol_may_stay(const struct connection *connection,
                                           const struct tcp_sock *tcp)
{
    return settings.resident && !stream_is_deaf(&connection->tx) && socket_is_plain(tcp) &&
           watch_of(connection->pid) == WATCH_QUIET;
}

/* The socket goes with the segment that is built next, and may come back with the response. */
static __always_inline void enrol_leave(struct connection *connection)
{
    connection->leave = 1;
    if (!stream_is_deaf(&connection->tx))
        port_waits(connection->local.port, 1);
}

static __always_inline void enrol_withdraw(struct connection *connection)
{
    __u64 cookie = connection->cookie;

    if (!connection->enrolled)
        return;
    if (connection->enrolled == ENROLLED_KEPT)
        bpf_map_delete_elem(&kept, &cookie);
    else
        bpf_map_delete_elem(&enrolled, &cookie);
    connection->enrolled = NOT_ENROLLED;
    connection->leave = 0;
    bpf_map_delete_elem(&enrolled_pids, &cookie);
}

/* While a segment is built. */
static __always_inline void enrol_sent(struct bpf_sock_ops *ops, struct connection *connection)
{
    __u32 callbacks = ops->bpf_sock_ops_cb_flags;

    if (connection->leave)
        enrol_withdraw(connection);
    if (connection->settled && callbacks & BPF_SOCK_OPS_PARSE_ALL_HDR_OPT_CB_FLAG)
        bpf_sock_ops_cb_flags_set(
            ops,
            callbacks &
                ~(settings.tcp_option ? BPF_SOCK_OPS_PARSE_ALL_HDR_OPT_CB_FLAG : ENROL_CALLBACKS));
}

/* Data arrives at a member that waits with nothing sent: the server speaks unasked, as one of HTTP/2 may.
 * Not so the packet whose response put the socket back a moment ago. */
static __always_inline void enrol_received(struct bpf_sock_ops *ops, struct connection *connection)
{
    struct tcp_header *tcp = ops->skb_data;
    struct tcp_sock *sock;
    __u32 size;

    if (connection->settled || (void *)(tcp + 1) > ops->skb_data_end)
        return;
    size = ops->skb_len - (__u32)(tcp->data_offset >> 4) * 4;
    if (!size || (__s32)(bpf_ntohl(tcp->seq) + size - (__u32)connection->reenrolled_at) <= 0)
        return;
    sock = ops->sk ? bpf_skc_to_tcp_sock(ops->sk) : NULL;
    if (sock && enrol_may_stay(connection, sock)) {
        connection->settled = 1;
        return;
    }
    enrol_withdraw(connection);
    port_waits(connection->local.port, 1);
}
