/* SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
/* Requests that left without a header, for the server side if it is on the same host. The key holds
 * the sequence number of the first byte, so equal addresses in two network namespaces do not meet. */
#pragma once
#include "connection.h"

#define SENT_MAX 16384

struct sent_key {
    struct endpoint client;
    struct endpoint server;
    __u32 seq;
    __u32 pad;
};

struct {
    __uint(type, BPF_MAP_TYPE_LRU_HASH);
    __uint(max_entries, SENT_MAX);
    __type(key, struct sent_key);
    __type(value, struct span_context);
} sent_requests SEC(".maps");

APART void sent_remember(const struct connection *connection,
                         __u64 position,
                         const struct span_context *span)
{
    struct sent_key key = {
        .client = connection->local, .server = connection->remote, .seq = (__u32)position};
    struct span_context value = *span;

    bpf_map_update_elem(&sent_requests, &key, &value, BPF_ANY);
}

/* True when the request that arrived at `position` was sent by a target on this host. */
static __always_inline bool sent_recall(const struct connection *connection,
                                        __u64 position,
                                        struct span_context *span)
{
    struct sent_key key = {
        .client = connection->remote, .server = connection->local, .seq = (__u32)position};
    struct span_context *found = bpf_map_lookup_elem(&sent_requests, &key);

    if (!found)
        return false;
    *span = *found;
    bpf_map_delete_elem(&sent_requests, &key);
    return true;
}
