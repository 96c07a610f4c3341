/* SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
/* What docs/tls-injection.md tries: a call of SSL_write is given another buffer by writing registers. */
#include <linux/bpf.h>
#include <linux/ptrace.h>
#include <bpf/bpf_helpers.h>

/* Written before loading. The longer text is already in the process: how it gets there is a question of its own. */
const volatile struct {
    __u64 from;
    __u64 to;
    __u64 size;
    __u64 longer;
    __u64 system_call; /* an instruction of the process; 0: give the other buffer */
} plan;

SEC("uprobe")
int on_write(struct pt_regs *registers)
{
    if (registers->rsi != plan.from)
        return 0;
    if (plan.system_call) {
        registers->rax = 55; /* getsockopt */
        registers->rip = plan.system_call;
        return 0;
    }
    registers->rsi = plan.to;
    registers->rdx = plan.longer;
    return 0;
}

SEC("uretprobe")
int on_written(struct pt_regs *registers)
{
    if (registers->rax == plan.longer)
        registers->rax = plan.size;
    return 0;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
