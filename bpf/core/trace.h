/* SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
/* Identities: new traces, new spans. */
#pragma once
#include "../kernel.h"
#include "../contract/types.h"
#include "../protocols/traceparent.h"

static __always_inline __u64 random_id(void)
{
    __u64 id = (__u64)bpf_get_prandom_u32() << 32 | bpf_get_prandom_u32();

    return id ? id : 1;
}

static __always_inline void id_copy(__u8 *to, const __u8 *from)
{
    *(__u64 *)to = *(const __u64 *)from;
}

static __always_inline bool id_equal(const __u8 *a, const __u8 *b)
{
    return *(const __u64 *)a == *(const __u64 *)b;
}

static __always_inline bool trace_equal(const struct span_context *a, const struct span_context *b)
{
    return id_equal(a->trace_id, b->trace_id) && id_equal(a->trace_id + 8, b->trace_id + 8);
}

static __always_inline void trace_copy(struct span_context *to, const struct span_context *from)
{
    id_copy(to->trace_id, from->trace_id);
    id_copy(to->trace_id + 8, from->trace_id + 8);
}

/* All 16 bytes are random, so the flag of W3C level 2 that says so is set. */
static __always_inline void trace_begin(struct span_context *span)
{
    *(__u64 *)span->trace_id = random_id();
    *(__u64 *)(span->trace_id + 8) = random_id();
    span->flags = TRACE_FLAG_RANDOM;
}

static __always_inline void span_begin(struct span_context *span)
{
    *(__u64 *)span->span_id = random_id();
}
