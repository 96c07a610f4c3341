/* SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
/* The sockmap of bpf/propagation/canary.bpf.c, for programs that do harm: one kind each. */
#pragma once
#include <linux/bpf.h>
#include <stddef.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "Dual MIT/GPL";

struct {
    __uint(type, BPF_MAP_TYPE_SOCKHASH);
    __uint(max_entries, 16);
    __type(key, __u64);
    __type(value, __u64);
} canaries SEC(".maps");
