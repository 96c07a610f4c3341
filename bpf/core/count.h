/* SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
/* Why something was not done, counted where nothing can be lost: one slot per reason and CPU. */
#pragma once
#include "../kernel.h"
#include "../contract/counters.h"

#define COUNTER_SLOTS 64

struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, COUNTER_SLOTS);
    __type(key, __u32);
    __type(value, __u64);
} counters SEC(".maps");

/* Keeps the names and numbers in the object's BTF, for the loader to compare. */
const enum counter *const volatile counter_layout = NULL;

static __always_inline void count(enum counter reason)
{
    __u32 slot = reason;
    __u64 *value = bpf_map_lookup_elem(&counters, &slot);

    if (value)
        (*value)++;
}
