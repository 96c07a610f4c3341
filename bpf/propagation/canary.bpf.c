/* SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
/* A sockmap whose message program leaves messages alone, but for those that begin with a mark: what
 * membership alone does to a socket, and whether a message can grow. The agent tries it on connections
 * with itself before it enrols anything (src/Agent/Propagation/Canary.cs). */
#include "../kernel.h"

char LICENSE[] SEC("license") = "Dual MIT/GPL";

#define CANARIES_MAX 16

/* What CanarySends.cs expects. */
#define INSERT_MARK 0xca
#define INSERTED_AT 8
#define INSERTED_SIZE 64
#define INSERTED 'c'

struct {
    __uint(type, BPF_MAP_TYPE_SOCKHASH);
    __uint(max_entries, CANARIES_MAX);
    __type(key, __u64);
    __type(value, __u64);
} canaries SEC(".maps");

SEC("sk_msg")
int on_canary(struct sk_msg_md *msg)
{
    __u8 *bytes = msg->data;

    if ((void *)(bytes + 1) > msg->data_end || *bytes != INSERT_MARK)
        return SK_PASS;
    if (bpf_msg_push_data(msg, INSERTED_AT, INSERTED_SIZE, 0) ||
        bpf_msg_pull_data(msg, 0, INSERTED_AT + INSERTED_SIZE, 0))
        return SK_DROP;
    bytes = msg->data;
    if ((void *)(bytes + INSERTED_AT + INSERTED_SIZE) > msg->data_end)
        return SK_DROP;
    __builtin_memset(bytes + INSERTED_AT, INSERTED, INSERTED_SIZE);
    return SK_PASS;
}
