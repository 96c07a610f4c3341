/* SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
/* Connections begin and end, where no sock_ops program can be had: somebody has attached one to a cgroup
 * above in a way that excludes others. Loaded only then.
 *
 * Why this tracepoint: it runs in the thread that calls connect() or listen(), before the first packet,
 * and for accepted sockets when the handshake is over, before their first byte. It is global, so it
 * leaves early: only sockets of targets get a mark or a connection. What it cannot do is called while
 * segments are built: options are left to traffic control (propagation/traffic.bpf.c), headers to sockets
 * that may stay in the sockmap (propagation/reenrol.bpf.c), from their second request on. */
#include "../core/deferred.h"

char LICENSE[] SEC("license") = "Dual MIT/GPL";

static __always_inline void state_addresses(struct connection *connection, struct sock *sk)
{
    const struct sock_common *common = &sk->__sk_common;

    if (common->skc_family == AF_INET) {
        endpoint_v4(&connection->local, common->skc_rcv_saddr);
        endpoint_v4(&connection->remote, common->skc_daddr);
    } else {
        endpoint_v6(&connection->local, common->skc_v6_rcv_saddr.in6_u.u6_addr32);
        endpoint_v6(&connection->remote, common->skc_v6_daddr.in6_u.u6_addr32);
    }
    connection->local.port = common->skc_num;
    connection->remote.port = bpf_ntohs(common->skc_dport);
}

/* NULL also when a sock_ops program of ours has told of it. */
static __always_inline struct connection *state_create(struct sock *sk, const struct owner *owner)
{
    struct connection *connection =
        bpf_sk_storage_get(&connections, sk, NULL, BPF_SK_STORAGE_GET_F_CREATE);

    if (!connection) {
        count(COUNTER_STORAGE_FAILED);
        return NULL;
    }
    if (connection->cookie)
        return NULL;
    connection_belongs(connection, owner, bpf_get_socket_cookie(sk));
    connection->tracked = 1;
    return connection;
}

static __always_inline void state_listens(struct sock *sk, struct target *target, __u32 pid)
{
    struct owner owner = {.pid = target->pid, .process = pid, .role = ROLE_SERVER};

    bpf_sk_storage_get(&owners, sk, &owner, BPF_SK_STORAGE_GET_F_CREATE);
}

static __always_inline void state_connects(struct sock *sk, struct target *target, __u32 pid)
{
    struct owner owner = {.pid = target->pid, .process = pid, .role = ROLE_CLIENT};
    struct connection *connection = state_create(sk, &owner);

    if (connection)
        connection_opened(connection, pid);
}

static __always_inline void state_begins(struct sock *sk, struct tcp_sock *tcp, int before)
{
    struct owner *owner =
        before == BPF_TCP_SYN_RECV ? bpf_sk_storage_get(&owners, sk, NULL, 0) : NULL;
    struct connection *connection =
        owner ? state_create(sk, owner) : bpf_sk_storage_get(&connections, sk, NULL, 0);

    if (!connection || !connection->tracked)
        return;
    state_addresses(connection, sk);
    stream_begin(&connection->rx, tcp->rcv_nxt);
    stream_begin(&connection->tx, tcp->snd_nxt);
    if (connection->role == ROLE_CLIENT)
        port_waits(connection->local.port, 1);
    else
        deferred_take(connection, tcp->rcv_nxt, tcp->snd_nxt);
}

static __always_inline void state_ends(struct sock *sk, struct tcp_sock *tcp)
{
    struct connection *connection = bpf_sk_storage_get(&connections, sk, NULL, 0);

    if (connection && connection->tracked)
        connection_over(connection, tcp);
}

static __always_inline void state_of_caller(struct sock *sk, int after)
{
    __u32 pid = current_pid();
    struct target *target = target_of(pid);

    if (!target || pid == settings.agent_pid)
        return;
    if (after == BPF_TCP_LISTEN)
        state_listens(sk, target, pid);
    else
        state_connects(sk, target, pid);
}

SEC("tp_btf/inet_sock_set_state")
int on_state(__u64 *args)
{
    struct sock *sk = (struct sock *)args[0];
    struct tcp_sock *tcp = bpf_skc_to_tcp_sock(sk);
    int before = (int)args[1];
    int after = (int)args[2];

    if (!tcp)
        return 0;
    switch (after) {
    case BPF_TCP_LISTEN:
    case BPF_TCP_SYN_SENT:
        state_of_caller(sk, after);
        break;
    case BPF_TCP_ESTABLISHED:
        state_begins(sk, tcp, before);
        break;
    case BPF_TCP_CLOSE:
        state_ends(sk, tcp);
        break;
    }
    return 0;
}
