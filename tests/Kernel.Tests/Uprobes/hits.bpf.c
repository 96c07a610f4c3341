/* SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
/* Counts what reaches each place, by its cookie, and keeps what the function was called with last. */
#include <linux/types.h>
#include <linux/ptrace.h>
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "Dual MIT/GPL";

struct hits {
    __u64 count;
    __u64 first;
    __u64 second;
    __u64 third;
    __u64 result;
};

struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 64);
    __type(key, __u64);
    __type(value, struct hits);
} hits SEC(".maps");

static int hit(struct pt_regs *registers)
{
    __u64 cookie = bpf_get_attach_cookie(registers);
    struct hits seen = {.count = 1,
                        .first = PT_REGS_PARM1(registers),
                        .second = PT_REGS_PARM2(registers),
                        .third = PT_REGS_PARM3(registers),
                        .result = PT_REGS_RC(registers)};
    struct hits *before = bpf_map_lookup_elem(&hits, &cookie);

    if (before)
        seen.count += before->count;
    bpf_map_update_elem(&hits, &cookie, &seen, BPF_ANY);
    return 0;
}

SEC("uprobe.multi")
int on_entry(struct pt_regs *registers)
{
    return hit(registers);
}

SEC("uretprobe.multi")
int on_return(struct pt_regs *registers)
{
    return hit(registers);
}
