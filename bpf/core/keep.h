/* SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
/* Requests of traces that are not sampled are told too, if the user wants that: the agent holds them for
 * a while, and keeps a whole trace when something goes wrong in it. What is requested after that carries
 * the decision on, as the flag that everybody understands. */
#pragma once
#include "settings.h"
#include "trace.h"
#include "../contract/keys.h"

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, KEPT_TRACES);
    __type(key, __u32);
    __type(value, struct kept_trace);
} kept_traces SEC(".maps");

static __always_inline void keep_decide(struct span_context *span)
{
    __u32 slot = *(const __u32 *)(span->trace_id + KEPT_SLOT_AT) % KEPT_TRACES;
    const struct kept_trace *kept;

    if (!settings.tell_unsampled || span->flags & TRACE_FLAG_SAMPLED)
        return;
    kept = bpf_map_lookup_elem(&kept_traces, &slot);
    if (kept && id_equal(kept->trace_id, span->trace_id) &&
        id_equal(kept->trace_id + 8, span->trace_id + 8))
        span->flags |= TRACE_FLAG_SAMPLED;
}
