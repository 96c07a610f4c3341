/* SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
/* Tells the agent of processes that are born, replaced or ended, and of those that begin to serve.
 *
 * Raw tracepoints: they run in the thread that acts, exist on every kernel, and these four are rare.
 * A child of a target is a target before it can run, and so is what is executed where everything is
 * one: the agent need not be asked. */
#include "../core/count.h"
#include "../core/emit.h"
#include "../core/request.h"
#include "../core/settings.h"
#include "../core/watch.h"
#include "../contract/process.h"
#include "environment.h"

char LICENSE[] SEC("license") = "Dual MIT/GPL";

EVENT_LAYOUT(process_event);
EVENT_LAYOUT(listen_event);

#define TCP_LISTEN_STATE 10 /* enum in net/tcp_states.h */

/* An event of `size` bytes; NULL, and counted: there is no room. */
static __always_inline struct process_event *process_reserve(const __u32 size,
                                                             struct task_struct *task,
                                                             struct task_struct *parent,
                                                             enum process_change change,
                                                             __u32 target)
{
    struct process_event *event = bpf_ringbuf_reserve(&events, size, 0);

    if (!event) {
        count(COUNTER_PROCESS_EVENTS_LOST);
        return NULL;
    }
    emit_header(&event->header, EVENT_PROCESS, size);
    event->start_ns = BPF_CORE_READ(task, group_leader, start_boottime);
    event->pid = BPF_CORE_READ(task, tgid);
    event->parent_pid = BPF_CORE_READ(parent, tgid);
    event->change = change;
    event->target = target;
    event->chosen = 0;
    event->declares = 0;
    event->pad = 0;
    event->pad2 = 0;
    event->name_size = 0;
    event->attributes_size = 0;
    BPF_CORE_READ_STR_INTO(&event->command, task, comm);
    return event;
}

static __always_inline void process_emit(struct task_struct *task,
                                         struct task_struct *parent,
                                         enum process_change change,
                                         __u32 target)
{
    struct process_event *event = process_reserve(sizeof(*event), task, parent, change, target);

    if (event)
        bpf_ringbuf_submit(event, BPF_RB_FORCE_WAKEUP);
}

/* `environment`: what it says is known, NULL: it is not. */
static __always_inline void exec_emit(struct task_struct *task,
                                      __u32 target,
                                      bool chosen,
                                      const struct environment *environment)
{
    struct task_struct *parent = BPF_CORE_READ(task, real_parent);
    struct process_event *event;

    if (!environment || !(environment->name_size || environment->attributes_size)) {
        event = process_reserve(sizeof(*event), task, parent, PROCESS_EXEC, target);
        if (!event)
            return;
    } else {
        event = process_reserve(sizeof(*event) + DECLARED_NAME_SIZE + DECLARED_ATTRIBUTES_SIZE,
                                task,
                                parent,
                                PROCESS_EXEC,
                                target);
        if (!event)
            return;
        event->name_size = environment->name_size ? environment->name_size - 1 : 0;
        event->attributes_size =
            environment->attributes_size ? environment->attributes_size - 1 : 0;
        bpf_probe_read_kernel(event->declared, DECLARED_NAME_SIZE, environment->name);
        bpf_probe_read_kernel(event->declared + DECLARED_NAME_SIZE,
                              DECLARED_ATTRIBUTES_SIZE,
                              environment->attributes);
    }
    event->chosen = chosen;
    event->declares = environment != NULL;
    bpf_ringbuf_submit(event, BPF_RB_FORCE_WAKEUP);
}

static __always_inline bool is_process(struct task_struct *task)
{
    return BPF_CORE_READ(task, pid) == BPF_CORE_READ(task, tgid);
}

static __always_inline bool target_add(__u32 pid, __u32 target)
{
    struct target entry = {.pid = target};

    /* What is there under its number is left from another process. */
    bpf_map_delete_elem(&watches, &pid);
    if (!bpf_map_update_elem(&targets, &pid, &entry, BPF_ANY))
        return true;
    count(COUNTER_TARGETS_FULL);
    return false;
}

/* The agent would come to the same decision, but milliseconds later. What depends on the program, or on
 * what it does, is left to it: a path is no property of a file. */
static __always_inline bool is_selected(__u32 pid)
{
    return settings.select_all && pid != settings.agent_pid &&
           bpf_get_current_ancestor_cgroup_id(settings.cgroup_level) == settings.cgroup;
}

SEC("raw_tp/sched_process_fork")
int on_fork(struct bpf_raw_tracepoint_args *args)
{
    struct task_struct *parent = (struct task_struct *)args->args[0];
    struct task_struct *child = (struct task_struct *)args->args[1];
    __u32 child_pid = BPF_CORE_READ(child, tgid);
    struct target *target;

    if (!is_process(child))
        return 0;
    target = target_of(BPF_CORE_READ(parent, tgid));
    if (!target)
        return 0; /* of what is no target, exec and listen say enough */
    __u32 pid = target->pid;

    target_add(child_pid, pid);
    process_emit(child, parent, PROCESS_FORK, pid);
    return 0;
}

SEC("raw_tp/sched_process_exec")
int on_exec(struct bpf_raw_tracepoint_args *args)
{
    struct task_struct *task = (struct task_struct *)args->args[0];
    __u32 pid = BPF_CORE_READ(task, tgid);
    const struct environment *environment = NULL;
    struct target *target = target_of(pid);
    __u32 before = 0;
    bool chosen = false;

    /* Another program is another target. The agent reads this event before any exchange of it. */
    if (target) {
        before = target->pid;
        target->pid = pid;
    } else if (is_selected(pid)) {
        chosen = target_add(pid, pid);
    }
    if (before || chosen)
        environment = environment_read(task);
    exec_emit(task, before, chosen, environment);
    return 0;
}

SEC("raw_tp/sched_process_exit")
int on_exit(struct bpf_raw_tracepoint_args *args)
{
    struct task_struct *task = (struct task_struct *)args->args[0];
    __u32 tid = BPF_CORE_READ(task, pid);

    bpf_map_delete_elem(&tasks, &tid);
    struct target *target = target_of(tid);
    __u32 before;

    if (!is_process(task) || !target)
        return 0;
    before = target->pid;
    bpf_map_delete_elem(&targets, &tid);
    bpf_map_delete_elem(&watches, &tid);
    process_emit(task, BPF_CORE_READ(task, real_parent), PROCESS_EXIT, before);
    return 0;
}

SEC("raw_tp/inet_sock_set_state")
int on_listen(struct bpf_raw_tracepoint_args *args)
{
    struct sock *sock = (struct sock *)args->args[0];
    struct listen_event *event;

    if ((int)args->args[2] != TCP_LISTEN_STATE)
        return 0;
    event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);
    if (!event) {
        count(COUNTER_PROCESS_EVENTS_LOST);
        return 0;
    }
    emit_header(&event->header, EVENT_LISTEN, sizeof(*event));
    event->cookie = BPF_CORE_READ(sock, __sk_common.skc_cookie.counter);
    event->pid = current_pid();
    event->port = BPF_CORE_READ(sock, __sk_common.skc_num);
    event->family = BPF_CORE_READ(sock, __sk_common.skc_family);
    bpf_ringbuf_submit(event, BPF_RB_FORCE_WAKEUP);
    return 0;
}
