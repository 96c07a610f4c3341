/* SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
/* The one sampling decision of a trace, taken where the trace begins and honoured everywhere else. */
#pragma once
#include "settings.h"
#include "../protocols/http1_head.h"

/* OpenTelemetry's TraceIdRatioBased: a function of the trace id alone, so all hosts agree. */
static __always_inline bool sample_trace(const struct span_context *span)
{
    __u64 low = bpf_be64_to_cpu(*(const __u64 *)(span->trace_id + 8)) & ~(1ULL << 63);

    switch (settings.sampler) {
    case SAMPLER_ALWAYS_ON:
        return true;
    case SAMPLER_ALWAYS_OFF:
        return false;
    case SAMPLER_RATIO:
        return low < settings.sampling_threshold;
    }
    return true;
}

/* `has_parent`: the flags are those of an incoming context. */
static __always_inline void sample_decide(struct span_context *span, bool has_parent)
{
    if (has_parent && settings.parent_based)
        return;
    span->flags &= ~TRACE_FLAG_SAMPLED;
    if (sample_trace(span))
        span->flags |= TRACE_FLAG_SAMPLED;
}

/* The same for a request whose head may bring a decision without ids, or ids without a decision (B3). */
static __always_inline void sample_request(struct span_context *span,
                                           const struct http1_head *head,
                                           bool has_parent)
{
    if (!has_parent && settings.parent_based && b3_decides(&head->b3)) {
        span->flags = (span->flags & TRACE_FLAG_RANDOM) | b3_trace_flags(&head->b3);
        return;
    }
    sample_decide(span, has_parent && !(head->flags & HTTP1_UNDECIDED));
}
