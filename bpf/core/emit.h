/* SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
/* The ring buffer to the agent. */
#pragma once
#include "../kernel.h"
#include "../contract/types.h"

#define RING_SIZE (1 << 20)
#define RING_WAKE_AT (RING_SIZE / 8) /* the agent also looks by itself every few milliseconds */

struct {
    __uint(type, BPF_MAP_TYPE_RINGBUF);
    __uint(max_entries, RING_SIZE);
} events SEC(".maps");

static __always_inline void emit_header(struct event_header *header,
                                        enum event_kind kind,
                                        __u32 size)
{
    header->kind = kind;
    header->pad = 0;
    header->size = size;
}

/* An exchange can wait a moment; waking the agent for each would cost more than the rest. */
static __always_inline __u64 emit_lazily(void)
{
    return bpf_ringbuf_query(&events, BPF_RB_AVAIL_DATA) > RING_WAKE_AT ? BPF_RB_FORCE_WAKEUP
                                                                        : BPF_RB_NO_WAKEUP;
}

/* BTF keeps only types that something global refers to, and an event is a cast inside a function. Named
 * here, its layout is in the object for the loader to compare with its own. */
#define EVENT_LAYOUT(event) const struct event *const volatile event##_layout = NULL
