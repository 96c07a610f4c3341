/* SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
/* Does this process ask sockets how much they hold (FIONREAD)? */
#pragma once
#include "../kernel.h"
#include "../contract/keys.h"

#define WATCHES_MAX 16384

struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(map_flags, BPF_F_NO_PREALLOC);
    __uint(max_entries, WATCHES_MAX);
    __type(key, __u32);
    __type(value, struct watch);
} watches SEC(".maps");

static __always_inline enum watch_state watch_of(__u32 pid)
{
    struct watch *watch = bpf_map_lookup_elem(&watches, &pid);

    return watch ? *(volatile enum watch_state *)&watch->state : WATCH_NONE;
}
