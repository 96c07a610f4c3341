/* SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
/* How much is done, when it costs more than allowed. */
#pragma once
#include "../kernel.h"
#include "../contract/keys.h"

#define THROTTLE_SHARE 8 /* one trace in so many has its headers written */

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, struct throttle);
} throttle SEC(".maps");

static __always_inline enum throttle_step throttle_step(void)
{
    __u32 zero = 0;
    struct throttle *throttled = bpf_map_lookup_elem(&throttle, &zero);

    return throttled ? *(volatile enum throttle_step *)&throttled->step : THROTTLE_FULL;
}

static __always_inline bool throttle_holds_out(void)
{
    __u32 zero = 0;
    struct throttle *throttled = bpf_map_lookup_elem(&throttle, &zero);

    return throttled && *(volatile __u32 *)&throttled->hold_out;
}

/* Whole traces: a header on one hop of several is worth little. */
static __always_inline bool throttle_spares(const struct span_context *span)
{
    enum throttle_step step = throttle_step();

    return step >= THROTTLE_NO_HEADERS ||
           (step == THROTTLE_SOME_HEADERS && span->trace_id[TRACE_ID_SIZE - 1] % THROTTLE_SHARE);
}
