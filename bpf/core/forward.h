/* SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
/* Which open request came with a context: a proxy that has several open forwards the context of one,
 * perhaps in another thread than the one that read it, or after that thread has read the next.
 * A slot holds the newest request that falls into it; what it says is compared before it is believed. */
#pragma once
#include "request.h"

#define FORWARDS_SHIFT 16 /* of several hundred open at once hardly two meet */
#define FORWARDS_MIX 0x9e3779b97f4a7c15ULL

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 1 << FORWARDS_SHIFT);
    __type(key, __u32);
    __type(value, __u64); /* cookie of the connection */
} forwards SEC(".maps");

static __always_inline __u64 *forward_slot(const struct span_context *span, const __u8 *parent_id)
{
    __u64 mixed = *(const __u64 *)(span->trace_id + 8) ^ *(const __u64 *)parent_id;
    __u32 slot = mixed * FORWARDS_MIX >> (64 - FORWARDS_SHIFT);

    return bpf_map_lookup_elem(&forwards, &slot);
}

static __always_inline void forward_expect(const struct open_request *request)
{
    __u64 *cookie = forward_slot(&request->span, request->parent_id);

    if (cookie)
        *cookie = request->cookie;
}

/* A proxy forwards the header that it received: the parent it names is our parent, not its own. */
static __always_inline bool forward_is_of(const struct open_request *request,
                                          const struct span_context *own)
{
    return request && !request->is_root && trace_equal(&request->span, own) &&
           id_equal(request->parent_id, own->span_id);
}

/* The open request of this process that came with `own`. An application that repeats a request of its
 * own with the same context is another process than the one that received it. */
static __always_inline struct open_request *forward_find(const struct span_context *own, __u32 pid)
{
    __u64 *cookie = forward_slot(own, own->span_id);
    struct open_request *request = cookie && *cookie ? open_request_of(*cookie) : NULL;

    return forward_is_of(request, own) && request->ordinal && request->reader_pid == pid ? request
                                                                                         : NULL;
}
