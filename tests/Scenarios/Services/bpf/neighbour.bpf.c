/* SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
/* Somebody else's programs on the cgroup and the interface that Hilo works on: they count, and one of
 * them puts every client socket into a sockmap of its own. */
#include <linux/bpf.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_helpers.h>

enum seen {
    SEEN_CONNECTED,
    SEEN_ACKNOWLEDGED, /* a callback that was asked for: is the request still there? */
    SEEN_TAKEN,        /* into the sockmap */
    SEEN_REFUSED,
    SEEN_MESSAGES,
    SEEN_INGRESS,
    SEEN_EGRESS,
    SEEN_COUNT,
};

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, SEEN_COUNT);
    __type(key, __u32);
    __type(value, __u64);
} seen SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_SOCKHASH);
    __uint(max_entries, 1024);
    __type(key, __u64);
    __type(value, __u64);
} taken SEC(".maps");

const volatile struct {
    __u32 takes_sockets;
    __s32 verdict; /* on packets: TC_ACT_OK hides them from programs that come behind */
} manner = {.verdict = TC_ACT_OK};

char LICENSE[] SEC("license") = "Dual MIT/GPL";

static __always_inline void see(enum seen what)
{
    __u32 key = what;
    __u64 *count = bpf_map_lookup_elem(&seen, &key);

    if (count)
        __sync_fetch_and_add(count, 1);
}

SEC("sockops")
int neighbour_socket(struct bpf_sock_ops *ops)
{
    __u64 cookie;

    if (ops->op == BPF_SOCK_OPS_RTT_CB)
        see(SEEN_ACKNOWLEDGED);
    if (ops->op != BPF_SOCK_OPS_ACTIVE_ESTABLISHED_CB)
        return 1;
    see(SEEN_CONNECTED);
    bpf_sock_ops_cb_flags_set(ops, ops->bpf_sock_ops_cb_flags | BPF_SOCK_OPS_RTT_CB_FLAG);
    if (!manner.takes_sockets)
        return 1;
    cookie = bpf_get_socket_cookie(ops);
    see(bpf_sock_hash_update(ops, &taken, &cookie, BPF_NOEXIST) ? SEEN_REFUSED : SEEN_TAKEN);
    return 1;
}

SEC("sk_msg")
int neighbour_message(struct sk_msg_md *msg)
{
    (void)msg;
    see(SEEN_MESSAGES);
    return SK_PASS;
}

SEC("tcx/ingress")
int neighbour_ingress(struct __sk_buff *skb)
{
    (void)skb;
    see(SEEN_INGRESS);
    return manner.verdict;
}

SEC("tcx/egress")
int neighbour_egress(struct __sk_buff *skb)
{
    (void)skb;
    see(SEEN_EGRESS);
    return manner.verdict;
}
