/* SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
/* The one sampling decision of a trace, taken where the trace begins and honoured everywhere else. */
#pragma once
#include "settings.h"
#include "target.h"
#include "../protocols/http1_head.h"

struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(map_flags, BPF_F_NO_PREALLOC);
    __uint(max_entries, TARGETS_MAX);
    __type(key, __u32);
    __type(value, struct sampling);
} samplers SEC(".maps");

/* What decides in this target: its own sampler, or that of all. */
static __always_inline struct sampling sampling_of(__u32 target)
{
    struct sampling sampling = {
        .threshold = settings.sampling_threshold,
        .sampler = settings.sampler,
        .parent_based = settings.parent_based,
    };
    struct sampling *own = settings.own_samplers ? bpf_map_lookup_elem(&samplers, &target) : NULL;

    return own ? *own : sampling;
}

/* OpenTelemetry's TraceIdRatioBased: a function of the trace id alone, so all hosts agree. */
static __always_inline bool sample_trace(const struct sampling *sampling,
                                         const struct span_context *span)
{
    __u64 low = bpf_be64_to_cpu(*(const __u64 *)(span->trace_id + 8)) & ~(1ULL << 63);

    switch (sampling->sampler) {
    case SAMPLER_ALWAYS_ON:
        return true;
    case SAMPLER_ALWAYS_OFF:
        return false;
    case SAMPLER_RATIO:
        return low < sampling->threshold;
    }
    return true;
}

/* `has_parent`: the flags are those of an incoming context. */
static __always_inline void sample_decide(const struct sampling *sampling,
                                          struct span_context *span,
                                          bool has_parent)
{
    if (has_parent && sampling->parent_based)
        return;
    span->flags &= ~TRACE_FLAG_SAMPLED;
    if (sample_trace(sampling, span))
        span->flags |= TRACE_FLAG_SAMPLED;
}

/* The same for a request whose head may bring a decision without ids, or ids without a decision (B3). */
static __always_inline void sample_request(__u32 target,
                                           struct span_context *span,
                                           const struct http1_head *head,
                                           bool has_parent)
{
    struct sampling sampling = sampling_of(target);

    if (!has_parent && sampling.parent_based && b3_decides(&head->b3)) {
        span->flags = (span->flags & TRACE_FLAG_RANDOM) | b3_trace_flags(&head->b3);
        return;
    }
    sample_decide(&sampling, span, has_parent && !(head->flags & HTTP1_UNDECIDED));
}
