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

#define TC_NEXT -1

#define ETHERNET_HEADER 14

static __always_inline struct bpf_sock *packet_socket(struct __sk_buff *skb, __u32 network)
{
    struct bpf_sock_tuple tuple = {};
    struct tcp_header tcp;
    struct ipv4_header ip4;
    struct ipv6_header ip6;

    if (skb->protocol == bpf_htons(ETH_P_IP)) {
        if (bpf_skb_load_bytes(skb, network, &ip4, sizeof(ip4)) || ip4.protocol != IPPROTO_TCP ||
            bpf_skb_load_bytes(skb, network + (ip4.version_and_size & 15) * 4, &tcp, sizeof(tcp)))
            return NULL;
        tuple.ipv4.saddr = *(__u32 *)ip4.source;
        tuple.ipv4.daddr = *(__u32 *)ip4.destination;
        tuple.ipv4.sport = tcp.source;
        tuple.ipv4.dport = tcp.destination;
        return bpf_skc_lookup_tcp(skb, &tuple, sizeof(tuple.ipv4), BPF_F_CURRENT_NETNS, 0);
    }
    if (skb->protocol != bpf_htons(ETH_P_IPV6) ||
        bpf_skb_load_bytes(skb, network, &ip6, sizeof(ip6)) || ip6.next_header != IPPROTO_TCP ||
        bpf_skb_load_bytes(skb, network + sizeof(ip6), &tcp, sizeof(tcp)))
        return NULL;
    __builtin_memcpy(tuple.ipv6.saddr, ip6.source, sizeof(ip6.source));
    __builtin_memcpy(tuple.ipv6.daddr, ip6.destination, sizeof(ip6.destination));
    tuple.ipv6.sport = tcp.source;
    tuple.ipv6.dport = tcp.destination;
    return bpf_skc_lookup_tcp(skb, &tuple, sizeof(tuple.ipv6), BPF_F_CURRENT_NETNS, 0);
}

/* Devices without a link header (tunnels) begin with the network header: the same bytes stand at skb->data
 * then. */
static __always_inline __u32 packet_network(struct __sk_buff *skb)
{
    __u64 at_network[2];
    __u64 at_data[2];

    if (bpf_skb_load_bytes_relative(skb, 0, at_network, sizeof(at_network), BPF_HDR_START_NET) ||
        bpf_skb_load_bytes(skb, 0, at_data, sizeof(at_data)))
        return ETHERNET_HEADER;
    return at_network[0] == at_data[0] && at_network[1] == at_data[1] ? 0 : ETHERNET_HEADER;
}

/* Everything asked has been answered, and the process may not notice. */
static __always_inline bool reenrol_allowed(const struct connection *connection)
{
    return !connection->enrolled && !exchange_outstanding(connection) &&
           connection->rx.phase == STREAM_START && connection->tx.phase == STREAM_START &&
           connection->tx.proven && watch_of(connection->pid) == WATCH_QUIET;
}

SEC("tcx/ingress")
int on_packet(struct __sk_buff *skb)
{
    struct segment segment = {.network = packet_network(skb)};
    struct bpf_sock *found = packet_socket(skb, segment.network);
    struct bpf_sock *sk = found ? bpf_sk_fullsock(found) : NULL;
    struct connection *connection = sk ? bpf_sk_storage_get(&connections, sk, NULL, 0) : NULL;
    __u64 cookie;

    if (!connection || connection->role != ROLE_CLIENT || connection->settled ||
        stream_is_deaf(&connection->rx) || !segment_locate(skb, &segment) || !segment.size)
        goto out;
    segment_feed(skb, connection, true, &segment);
    if (!reenrol_allowed(connection))
        goto out;
    cookie = connection->cookie;
    connection->reenrolled_at = connection->rx.position;
    if (!bpf_map_update_elem(&enrolled, &cookie, sk, BPF_NOEXIST)) {
        connection->enrolled = 1;
        bpf_map_update_elem(&enrolled_pids, &cookie, &connection->pid, BPF_ANY);
    }
out:
    if (found)
        bpf_sk_release(found);
    return TC_NEXT;
}
