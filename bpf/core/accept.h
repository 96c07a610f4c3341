/* SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
/* A connection that a listener of ours has accepted. */
#pragma once
#include "deferred.h"

/* The packet that made the connection brought data, which the hook saw on the listener (deferred.h). With
 * Fast Open it came even before the handshake: that request goes by untold, the next one is followed. */
static __always_inline void accepted_with_data(struct connection *connection,
                                               struct bpf_sock_ops *ops)
{
    struct tcp_header *tcp = ops->skb_data;
    __u32 size;

    if ((void *)(tcp + 1) > ops->skb_data_end)
        return;
    size = ops->skb_len - (__u32)(tcp->data_offset >> 4) * 4;
    if (!size || deferred_take(connection, ops->rcv_nxt, ops->snd_nxt))
        return;
    connection->rx.position += size;
    connection->rx.phase = STREAM_LOST;
    connection->rx.proven = 0;
    count(COUNTER_STREAM_DEFERRED);
}

static __always_inline void socket_accepted(struct bpf_sock_ops *ops)
{
    struct bpf_sock *sk = ops->sk;
    struct owner *owner = sk ? bpf_sk_storage_get(&owners, sk, NULL, 0) : NULL;
    struct connection *connection;

    if (!owner)
        return;
    connection = connection_create(sk, owner, bpf_get_socket_cookie(ops));
    if (!connection)
        return;
    connection_begin(connection, ops, sk);
    accepted_with_data(connection, ops);
    if (settings.tcp_option)
        bpf_sock_ops_cb_flags_set(
            ops, ops->bpf_sock_ops_cb_flags | BPF_SOCK_OPS_PARSE_UNKNOWN_HDR_OPT_CB_FLAG);
}
