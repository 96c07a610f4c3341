/* SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
/* The life of a connection, as sock_ops tells it. */
#pragma once
#include "call.h"
#include "http2_side.h"
#include "message.h"
#include "option_send.h"
#include "tls.h"

#define OUTSTANDING_MAX PIPELINED_MAX
#define ENROLLED_MAX 65536

/* Local ports of client connections that may be put back into the sockmap: spares traffic control most
 * look-ups. Ports of several network namespaces meet here, which costs a look-up and nothing else. */
struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 65536);
    __type(key, __u32);
    __type(value, __u8);
} waiting_ports SEC(".maps");

static __always_inline void port_waits(__u32 port, __u8 waits)
{
    __u8 *slot = bpf_map_lookup_elem(&waiting_ports, &port);

    if (slot)
        *slot = waits;
}

static __always_inline bool port_is_awaited(__be16 port)
{
    __u32 slot = bpf_ntohs(port);
    __u8 *waits = bpf_map_lookup_elem(&waiting_ports, &slot);

    return waits && *waits;
}

/* Cookie -> pid of the sockets in the sockmap (enrol.h), for the agent that has to take out all sockets of a
 * process. */
struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(map_flags, BPF_F_NO_PREALLOC);
    __uint(max_entries, ENROLLED_MAX);
    __type(key, __u64);
    __type(value, __u32);
} enrolled_pids SEC(".maps");

/* A member for which nothing is called any more while a segment is built, and for which membership has no
 * use any more either: it leaves when the next packet arrives (propagation/reenrol.bpf.c). */
static __always_inline void member_is_deaf(const struct connection *connection)
{
    if (connection->enrolled && connection->settled && connection->tx.phase != STREAM_OVER)
        port_waits(connection->local.port, 1);
}

static __always_inline void endpoint_v4(struct endpoint *endpoint, __u32 address)
{
    *(__u64 *)endpoint->address = 0;
    *(__u32 *)(endpoint->address + 8) = bpf_htonl(0xffff);
    *(__u32 *)(endpoint->address + 12) = address;
}

static __always_inline void endpoint_v6(struct endpoint *endpoint, const __u32 *address)
{
    *(__u32 *)endpoint->address = address[0];
    *(__u32 *)(endpoint->address + 4) = address[1];
    *(__u32 *)(endpoint->address + 8) = address[2];
    *(__u32 *)(endpoint->address + 12) = address[3];
}

static __always_inline void connection_addresses(struct connection *connection, struct bpf_sock *sk)
{
    if (sk->family == AF_INET) {
        endpoint_v4(&connection->local, sk->src_ip4);
        endpoint_v4(&connection->remote, sk->dst_ip4);
    } else {
        __u32 local[4] = {sk->src_ip6[0], sk->src_ip6[1], sk->src_ip6[2], sk->src_ip6[3]};
        __u32 remote[4] = {sk->dst_ip6[0], sk->dst_ip6[1], sk->dst_ip6[2], sk->dst_ip6[3]};

        endpoint_v6(&connection->local, local);
        endpoint_v6(&connection->remote, remote);
    }
    connection->local.port = sk->src_port;
    connection->remote.port = bpf_ntohs(sk->dst_port);
}

static __always_inline void connection_belongs(struct connection *connection,
                                               const struct owner *owner,
                                               __u64 cookie)
{
    connection->cookie = cookie;
    connection->role = owner->role;
    connection->target = owner->pid;
    if (owner->role == ROLE_SERVER)
        open_request_prepare(cookie);
}

static __always_inline struct connection *connection_create(struct bpf_sock *sk,
                                                            const struct owner *owner,
                                                            __u64 cookie)
{
    struct connection *connection =
        bpf_sk_storage_get(&connections, sk, NULL, BPF_SK_STORAGE_GET_F_CREATE);

    if (!connection) {
        count(COUNTER_STORAGE_FAILED);
        return NULL;
    }
    connection_belongs(connection, owner, cookie);
    connection_addresses(connection, sk);
    return connection;
}

/* A connection that is older than Hilo, or was marked late: where its messages begin is not known. */
PROVEN_ONCE int connection_adopt(struct __sk_buff *skb)
{
    struct bpf_sock *sk = skb->sk ? bpf_sk_fullsock(skb->sk) : NULL;
    struct owner *owner = sk ? bpf_sk_storage_get(&owners, sk, NULL, 0) : NULL;
    struct connection *connection;

    if (!owner || !owner->existed)
        return 0;
    connection = connection_create(sk, owner, bpf_get_socket_cookie(skb));
    if (!connection)
        return 0;
    connection->rx.phase = STREAM_LOST;
    connection->tx.phase = STREAM_LOST;
    connection->existed = 1;
    if (connection->role == ROLE_CLIENT) {
        connection->pid = owner->process;
        port_waits(connection->local.port, 1);
    }
    count(COUNTER_STREAM_EXISTED);
    return 0;
}

/* In the thread that calls listen(). */
static __always_inline void socket_listens(struct bpf_sock_ops *ops)
{
    struct target *target = target_of(current_pid());
    struct bpf_sock *sk = ops->sk;

    if (!target || !sk || current_pid() == settings.agent_pid)
        return;
    struct owner owner = {.pid = target->pid, .process = current_pid(), .role = ROLE_SERVER};

    bpf_sk_storage_get(&owners, sk, &owner, BPF_SK_STORAGE_GET_F_CREATE);
}

/* A socket that has been in a sockmap refuses zero-copy sends of io_uring for good. */
static __always_inline bool thread_uses_io_uring(void)
{
    struct task_struct *task = (struct task_struct *)bpf_get_current_task();

    return BPF_CORE_READ(task, io_uring) != NULL;
}

/* By the thread that runs. */
static __always_inline void connection_opened(struct connection *connection, __u32 pid)
{
    __u32 tid = current_tid();
    struct task *task = bpf_map_lookup_elem(&tasks, &tid);

    connection->pid = pid;
    connection->barred = thread_uses_io_uring();
    if (task)
        connection->opener = *task;
}

/* In the thread that calls connect(). */
static __always_inline void socket_connects(struct bpf_sock_ops *ops)
{
    __u32 pid = current_pid();
    struct bpf_sock *sk = ops->sk;
    struct target *target = target_of(pid);
    struct connection *connection;

    if (!target || !sk || pid == settings.agent_pid)
        return;
    struct owner owner = {.pid = target->pid, .process = pid, .role = ROLE_CLIENT};

    connection = connection_create(sk, &owner, bpf_get_socket_cookie(ops));
    if (!connection)
        return;
    connection_opened(connection, pid);
}

static __always_inline void connection_begin(struct connection *connection,
                                             struct bpf_sock_ops *ops,
                                             struct bpf_sock *sk)
{
    connection_addresses(connection, sk);
    stream_begin(&connection->rx, ops->rcv_nxt);
    stream_begin(&connection->tx, ops->snd_nxt);
    bpf_sock_ops_cb_flags_set(ops, ops->bpf_sock_ops_cb_flags | BPF_SOCK_OPS_STATE_CB_FLAG);
}

static long socket_close_one(__u32 index, void *state)
{
    struct connection *connection = *(struct connection **)state;

    (void)index;
    if (!exchange_outstanding(connection))
        return 1;
    exchange_close(connection, OUTCOME_CLOSED, bpf_ktime_get_ns());
    return 0;
}

/* Nothing more comes: what is open ends as it is. */
PROVEN_ONCE int connection_finish(struct connection *connection)
{
    struct connection *subject = connection;

    if (!connection)
        return 0;
    repeat(OUTSTANDING_MAX, socket_close_one, &subject);
    if (connection->open_streams)
        calls_end(connection);

    __u64 cookie = connection->cookie;

    bpf_map_delete_elem(&open_requests, &cookie);
    if (connection->role == ROLE_CLIENT)
        cause_forget(cookie);
    connection_deaf(connection, STREAM_OVER);
    return 0;
}

static __always_inline void tls_over(const struct tls_name *name)
{
    struct connection *inner = tls_connection(name);
    const struct stream *responses;

    if (!inner)
        return;
    go_session_over(inner);
    responses = name->role == ROLE_CLIENT ? &inner->rx : &inner->tx;
    if (responses->phase == STREAM_UNTIL_CLOSE)
        exchange_close(inner, OUTCOME_COMPLETE, bpf_ktime_get_ns());
    connection_finish(inner);
    if (inner->http2) {
        tls_side_forget(inner->cookie, true);
        tls_side_forget(inner->cookie, false);
    }
    bpf_map_delete_elem(&tls_connections, name);
}

static __always_inline void connection_over(struct connection *connection,
                                            const struct tcp_sock *tcp)
{
    struct tls_name name = connection->tls;

    if (settings.tcp_option && tcp)
        option_ends(connection, tcp);
    if (connection->enrolled)
        bpf_map_delete_elem(&enrolled_pids, &connection->cookie);
    connection_finish(connection);
    if (name.role)
        tls_over(&name);
}

static __always_inline void socket_state(struct bpf_sock_ops *ops)
{
    struct bpf_sock *sk = ops->sk;
    struct connection *connection;

    if (ops->args[1] != BPF_TCP_CLOSE || !sk)
        return;
    connection = bpf_sk_storage_get(&connections, sk, NULL, 0);
    if (!connection)
        return;
    harm_end(connection, ops->args[0]);
    connection_over(connection, bpf_skc_to_tcp_sock(sk));
}
