/* SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
/* Room to parse in: a window, and how far one has come in the source. A program that runs in a process
 * (egress, sk_msg) can be interrupted, or preempted, on the same CPU by another one, and they do not end
 * in the order they began: so each CPU has several windows, and a bit for each that is taken. */
#pragma once
#include "../protocols/window.h"

#define SCRATCH_SLOTS 4

struct cursor {
    __u64 position; /* of the next byte to look at, in the stream ... */
    __u32 offset;   /* ... and in the source */
    __u32 size;     /* bytes left in the source from there */
    __u32 first;    /* 1: nothing of this segment was looked at yet */
    __u32 dropped;  /* 1: a failed edit could not be undone, the message must not leave */
    __u32 several;  /* 1: HTTP/2, more than one request begins here */
    __u32 pad;
};

struct scratch {
    struct window window;
    struct cursor cursor;
};

struct scratches {
    __u64 taken; /* one bit per slot */
    struct scratch slots[SCRATCH_SLOTS];
};

struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, struct scratches);
} scratches SEC(".maps");

/* Returns NULL when all slots are taken. `slot` is what scratch_release() wants. */
static __always_inline struct scratch *scratch_claim(__u32 *slot)
{
    __u32 zero = 0;
    struct scratches *all = bpf_map_lookup_elem(&scratches, &zero);

    if (!all)
        return NULL;
    for (__u32 i = 0; i < SCRATCH_SLOTS; i++) {
        if (__sync_fetch_and_or(&all->taken, 1ULL << i) & 1ULL << i)
            continue;
        *slot = i;
        return &all->slots[i];
    }
    return NULL;
}

static __always_inline void scratch_release(__u32 slot)
{
    __u32 zero = 0;
    struct scratches *all = bpf_map_lookup_elem(&scratches, &zero);

    if (all)
        __sync_fetch_and_and(&all->taken, ~(1ULL << (slot & (SCRATCH_SLOTS - 1))));
}
