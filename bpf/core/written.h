/* SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
/* Contexts that Hilo wrote inside of a program. Where the request is seen on its way out it carries one
 * already: what is known here tells it from one of the application, and its span gets the ids that left. */
#pragma once
#include "settings.h"
#include "../kernel.h"
#include "../contract/exchange.h"

#define WRITTEN_MAX 8192

struct written {
    __u8 parent_id[SPAN_ID_SIZE];
    __u32 pid; /* of the process: others may forward what it sent */
    enum link link;
    __u8 flags;  /* of the span context; a header does not have all of them */
    __u8 shared; /* 1: no span was expected to be made of it: the ids are those of the parent */
    __u8 pad;
};

/* Span id -> what it is written for. */
struct {
    __uint(type, BPF_MAP_TYPE_LRU_HASH);
    __uint(max_entries, WRITTEN_MAX);
    __type(key, __u64);
    __type(value, struct written);
} written_contexts SEC(".maps");

static __always_inline bool written_take(const __u8 *span_id, __u32 pid, struct written *taken)
{
    __u64 id = *(const __u64 *)span_id;
    struct written *found = settings.writes_go ? bpf_map_lookup_elem(&written_contexts, &id) : NULL;

    if (!found || found->pid != pid)
        return false;
    *taken = *found;
    if (!taken->shared)
        bpf_map_delete_elem(&written_contexts, &id);
    return true;
}
