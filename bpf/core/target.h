/* SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
/* Is this process traced? And how many requests does it have open? */
#pragma once
#include "../kernel.h"
#include "../contract/keys.h"

#define TARGETS_MAX 16384

struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(map_flags, BPF_F_NO_PREALLOC);
    __uint(max_entries, TARGETS_MAX);
    __type(key, __u32);
    __type(value, struct target);
} targets SEC(".maps");

static __always_inline struct target *target_of(__u32 pid)
{
    return bpf_map_lookup_elem(&targets, &pid);
}

static __always_inline __u32 current_pid(void)
{
    return bpf_get_current_task_btf()->tgid;
}

static __always_inline __u32 current_tid(void)
{
    return bpf_get_current_task_btf()->pid;
}

static __always_inline void target_request_opened(struct target *target, __u64 cookie)
{
    __sync_fetch_and_add(&target->open_cookies, cookie);
    __sync_fetch_and_add(&target->open_count, 1);
}

static __always_inline void target_request_closed(__u32 pid, __u64 cookie)
{
    struct target *target = target_of(pid);

    if (!target)
        return;
    __sync_fetch_and_add(&target->open_count, -1);
    __sync_fetch_and_add(&target->open_cookies, -cookie);
}
