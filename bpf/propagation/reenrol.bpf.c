/* SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
/* Puts a blocking client socket back into the sockmap when its response is complete.
 *
 * A blocking socket leaves the sockmap with each request (core/enrol.h), because a read that waits in
 * it may fail. With the last byte of the response the wait is over. Only few program types may add a
 * socket to a sockmap; of these only traffic control runs at that moment, and it runs before the
 * socket's own hooks: the response is therefore followed here, and the ingress hook finds it settled.
 * Kernels from 7.3 on refuse this program; there FIONREAD is right again. */
#include "../core/enrol.h"
#include "../core/segment.h"
#include "../core/watch.h"

char LICENSE[] SEC("license") = "Dual MIT/GPL";

/* The socket that a packet with payload is for, if a connection waits for one there. The tuple is laid
 * out as addresses and ports are on the wire: source, destination. */
APART struct bpf_sock *packet_socket(struct __sk_buff *skb, const struct segment *segment)
{
    struct bpf_sock_tuple tuple = {};
    __be16 ports[2];

    if (!segment->size || !packet_read(skb, segment->tcp, ports, sizeof(ports)) ||
        !port_is_awaited(ports[1]))
        return NULL;
    if (skb->protocol == bpf_htons(ETH_P_IP)) {
        if (bpf_skb_load_bytes(skb, segment->network + IPV4_SOURCE, &tuple.ipv4.saddr, 8))
            return NULL;
        tuple.ipv4.sport = ports[0];
        tuple.ipv4.dport = ports[1];
        return bpf_skc_lookup_tcp(skb, &tuple, sizeof(tuple.ipv4), BPF_F_CURRENT_NETNS, 0);
    }
    if (bpf_skb_load_bytes(skb, segment->network + IPV6_SOURCE, &tuple.ipv6.saddr, 32))
        return NULL;
    tuple.ipv6.sport = ports[0];
    tuple.ipv6.dport = ports[1];
    return bpf_skc_lookup_tcp(skb, &tuple, sizeof(tuple.ipv6), BPF_F_CURRENT_NETNS, 0);
}

/* Everything asked has been answered. */
static __always_inline bool connection_rests(const struct connection *connection)
{
    return !exchange_outstanding(connection) && connection->rx.phase == STREAM_START &&
           connection->tx.phase == STREAM_START && connection->tx.proven;
}

/* What its encoder has in its table is not known, so little could be written here; there all can. */
static __always_inline bool written_inside(const struct connection *connection)
{
    return settings.writes_go && connection->existed && go_program_of(connection->pid);
}

/* The process may not notice. A socket that is older than Hilo has no callbacks that would take it out
 * again, and one of HTTP/2 never rests: they come in only if they may stay. */
static __always_inline bool reenrol_allowed(const struct connection *connection,
                                            struct bpf_sock *sk)
{
    struct tcp_sock *tcp = bpf_skc_to_tcp_sock(sk);

    if (connection->enrolled || connection->barred || watch_of(connection->pid) != WATCH_QUIET ||
        socket_counts_copies(tcp))
        return false;
    if (connection->http2)
        return connection->tx.phase == STREAM_HTTP2 && tcp && !written_inside(connection) &&
               enrol_may_stay(connection, tcp);
    if (!connection_rests(connection))
        return false;
    return (!connection->existed && !connection->tracked) ||
           (tcp && enrol_may_stay(connection, tcp));
}

#define SEND_ENDS_NS 20000   /* another CPU gives back what its send has used */
#define SEND_ENDS_LOOKS 1024 /* more than fit into that */

struct reenrol {
    struct bpf_sock *found;
    __u64 cookie;
    __u64 until_ns;
    __u32 enrolled; /* enum enrolment */
    __u32 pad;
};

static long reenrol_try(__u32 index, void *state)
{
    struct reenrol *reenrol = state;
    long failed = bpf_map_update_elem(&enrolled, &reenrol->cookie, reenrol->found, BPF_NOEXIST);

    (void)index;
    if (!failed)
        reenrol->enrolled = ENROLLED;
    else if (failed == -EBUSY &&
             !bpf_map_update_elem(&kept, &reenrol->cookie, reenrol->found, BPF_NOEXIST))
        reenrol->enrolled = ENROLLED_KEPT;
    else if (failed == -EBUSY && bpf_ktime_get_ns() < reenrol->until_ns)
        return 0;
    return 1;
}

/* The answer may come while the thread is still inside of the send by which its socket left. Then what it
 * left behind is still in use, and is kept (core/enrol.h) - unless it is just going, on another CPU: that is
 * over in a moment. */
APART __u32 reenrol_now(const struct connection *connection, struct bpf_sock *found)
{
    struct reenrol reenrol = {.found = found, .cookie = connection->cookie};

    reenrol.until_ns = bpf_ktime_get_ns() + SEND_ENDS_NS;
    bpf_loop(SEND_ENDS_LOOKS, reenrol_try, &reenrol, 0);
    return reenrol.enrolled;
}

static __always_inline void packet_received(struct __sk_buff *skb,
                                            struct bpf_sock *found,
                                            struct segment *segment)
{
    struct bpf_sock *sk = bpf_sk_fullsock(found);
    struct connection *connection = sk ? bpf_sk_storage_get(&connections, sk, NULL, 0) : NULL;
    __u64 cookie;

    if (!connection || connection->role != ROLE_CLIENT)
        return;
    if (stream_is_deaf(&connection->rx)) {
        enrol_withdraw(connection);
        return;
    }
    if (connection->settled)
        return;
    if (!connection->http2)
        segment_feed(skb, connection, segment, true);
    if (!enrol_wanted() || !reenrol_allowed(connection, sk))
        return;
    connection->reenrolled_at = connection->rx.position;
    connection->enrolled = reenrol_now(connection, found);
    if (!connection->enrolled)
        return;
    cookie = connection->cookie;
    bpf_map_update_elem(&enrolled_pids, &cookie, &connection->pid, BPF_ANY);
}

SEC("tcx/ingress")
int on_packet(struct __sk_buff *skb)
{
    struct segment segment = {.network = packet_network(skb)};
    struct bpf_sock *found;

    if (throttle_step() >= THROTTLE_NO_HEADERS || !segment_locate(skb, &segment))
        return TC_NEXT;
    found = packet_socket(skb, &segment);
    if (!found)
        return TC_NEXT;
    packet_received(skb, found, &segment);
    bpf_sk_release(found);
    return TC_NEXT;
}
