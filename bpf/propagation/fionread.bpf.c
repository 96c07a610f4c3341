/* SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
/* Watches ioctl() of a target for the first question how much a socket holds.
 *
 * While a socket is in a sockmap some kernels answer 0, and a program that sizes its reads by the
 * answer stalls. A probe cannot take a socket out of a sockmap, but it runs before the system call:
 * it tells the agent and waits until all sockets of the process are out. That happens once in the life
 * of a process, takes some ten microseconds, and is bounded should the agent not answer. The question
 * has a ring of its own, so that it never stands behind a thousand spans. */
#include "../core/count.h"
#include "../core/emit.h"
#include "../core/target.h"
#include "../core/watch.h"
#include "../contract/process.h"
#include <linux/ptrace.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "Dual MIT/GPL";

EVENT_LAYOUT(fionread_event);

#define QUESTIONS_SIZE 65536
#define WAIT_NS 20000000ULL
#define WAIT_LOOKS (1 << 20) /* more than fit into WAIT_NS */

struct {
    __uint(type, BPF_MAP_TYPE_RINGBUF);
    __uint(max_entries, QUESTIONS_SIZE);
} questions SEC(".maps");

struct wait {
    __u64 until_ns;
    __u32 pid;
    __u32 pad;
};

static long wait_look(__u32 index, void *state)
{
    struct wait *wait = state;

    (void)index;
    return watch_of(wait->pid) == WATCH_EVICTED || bpf_ktime_get_ns() > wait->until_ns;
}

static __always_inline void fionread_tell(__u32 pid)
{
    struct fionread_event *event = bpf_ringbuf_reserve(&questions, sizeof(*event), 0);

    if (!event)
        return count(COUNTER_PROCESS_EVENTS_LOST);
    emit_header(&event->header, EVENT_FIONREAD, sizeof(*event));
    event->pid = pid;
    event->pad = 0;
    bpf_ringbuf_submit(event, BPF_RB_FORCE_WAKEUP);
}

/* The multi form although it has one place: the perf form, which only older kernels get, holds a lock
 * of the whole host while it waits for every CPU, twice for each process it is taken from. */
SEC("uprobe.multi")
int on_ioctl(struct pt_regs *registers)
{
    struct wait wait = {.until_ns = bpf_ktime_get_ns() + WAIT_NS, .pid = current_pid()};
    struct watch asked = {.state = WATCH_ASKED};

    if ((__u32)PT_REGS_PARM2(registers) != FIONREAD)
        return 0;
    switch (watch_of(wait.pid)) {
    case WATCH_QUIET:
        bpf_map_update_elem(&watches, &wait.pid, &asked, BPF_EXIST);
        fionread_tell(wait.pid);
        break;
    case WATCH_ASKED: /* another thread was first */
        break;
    default:
        return 0;
    }
    bpf_loop(WAIT_LOOKS, wait_look, &wait, 0);
    if (watch_of(wait.pid) != WATCH_EVICTED)
        count(COUNTER_FIONREAD_LATE);
    return 0;
}
