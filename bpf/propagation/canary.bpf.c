/* SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
/* A sockmap whose message program does nothing: what membership alone does to a socket. The agent tries
 * it on connections with itself before it enrols anything (src/Agent/Propagation/Canary.cs). */
#include "../kernel.h"

char LICENSE[] SEC("license") = "Dual MIT/GPL";

#define CANARIES_MAX 16

struct {
    __uint(type, BPF_MAP_TYPE_SOCKHASH);
    __uint(max_entries, CANARIES_MAX);
    __type(key, __u64);
    __type(value, __u64);
} canaries SEC(".maps");

SEC("sk_msg")
int on_canary(struct sk_msg_md *msg)
{
    (void)msg;
    return SK_PASS;
}
