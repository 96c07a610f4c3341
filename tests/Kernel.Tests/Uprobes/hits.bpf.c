/* SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
/* Counts what reaches each place, by its cookie and which program that is, and keeps what the function
 * was called with last. */
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

/* As in the object of the agent. */
struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 64);
    __type(key, __u32);
    __type(value, __u32);
} tls_processes SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_PROG_ARRAY);
    __uint(max_entries, 2);
    __type(key, __u32);
    __type(value, __u32);
} tls_walks SEC(".maps");

enum place { WRITE, WRITE_RETURN, READ, READ_RETURN, GO_HANDSHAKE, GO_WRITE, GO_READ };

static int hit(struct pt_regs *registers, __u64 place)
{
    __u64 cookie = bpf_get_attach_cookie(registers) | place << 56;
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

#define COUNTS(section, name, place)                                                               \
    SEC(section)                                                                                   \
    int name(struct pt_regs *registers)                                                            \
    {                                                                                              \
        return hit(registers, place);                                                              \
    }

COUNTS("uprobe.multi", on_tls_write, WRITE)
COUNTS("uretprobe.multi", on_tls_write_return, WRITE_RETURN)
COUNTS("uprobe.multi", on_tls_read, READ)
COUNTS("uretprobe.multi", on_tls_read_return, READ_RETURN)
COUNTS("uprobe.multi", on_go_tls_handshake, GO_HANDSHAKE)
COUNTS("uprobe.multi", on_go_tls_write, GO_WRITE)
COUNTS("uprobe.multi", on_go_tls_read, GO_READ)
