/* SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
/* What a request brought that goes on with the requests sent for it: tracestate, and the fields that the
 * user wants relayed. Kept beside the open request, under its name. */
#pragma once
#include "connection.h"
#include "../contract/headers.h"
#include "../protocols/tracestate.h"

#define CARRIES_MAX 16384

/* Behind the list there is as much room again: what is copied has a bounded size and a bounded place. */
struct carry {
    struct tracestate tracestate; /* size 0: none */
    __u8 relay_sizes[HEADER_RELAYS_MAX];
    __u32 pad;
    __u8 relays[HEADER_RELAYS_MAX * HEADER_VALUE_SIZE];
};

struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(map_flags, BPF_F_NO_PREALLOC);
    __uint(max_entries, CARRIES_MAX);
    __type(key, struct request_name);
    __type(value, struct carry);
} carries SEC(".maps");

static const struct carry no_carry;

static __always_inline struct carry *carry_of(const struct request_name *name)
{
    return bpf_map_lookup_elem(&carries, name);
}

static __always_inline struct carry *carry_make(const struct request_name *name)
{
    struct carry *carry = carry_of(name);

    if (carry)
        return carry;
    if (bpf_map_update_elem(&carries, name, &no_carry, BPF_NOEXIST)) {
        count(COUNTER_STORAGE_FAILED);
        return NULL;
    }
    return carry_of(name);
}

/* Appends to a tracestate, whose members are separated by commas. False: it became too long. */
static __always_inline bool carry_append(struct tracestate *list, const __u8 *from, __u32 size)
{
    __u32 at = list->size;

    if (at) {
        list->bytes[at & (TRACESTATE_SIZE - 1)] = ',';
        at++;
    }
    if (size > TRACESTATE_SIZE || at + size > TRACESTATE_SIZE)
        return false;
    bpf_probe_read_kernel(
        list->bytes + (at & (TRACESTATE_SIZE - 1)), at_most(size, TRACESTATE_SIZE), from);
    list->size = at + size;
    return true;
}

static __always_inline void carry_relay(struct carry *carry,
                                        __u32 rule,
                                        const __u8 *from,
                                        __u32 size)
{
    if (rule >= HEADER_RELAYS_MAX || size > HEADER_VALUE_SIZE)
        return;
    bpf_probe_read_kernel(
        carry->relays + rule * HEADER_VALUE_SIZE, at_most(size, HEADER_VALUE_SIZE), from);
    carry->relay_sizes[rule] = size;
}
