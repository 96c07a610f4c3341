/* SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
/* What a thread works for: the request that it read last, or the one that the response is for which it read
 * last. That is right where a thread does at once what there is to do. A loop that goes on after a pause, or a
 * pool that hands work over, does something else, and nothing on a socket tells.
 *
 * But the process tells in the end for which request it worked: by the response that it writes. If that leaves
 * in a thread that was thought to work for another request, or for none and was not the one that had read it,
 * guesses are wrong in this process; and as a wrong guess comes back with the response to what was asked for
 * it, it shows there, too. So a loop is believed once its responses have agreed for a while, and other threads
 * until some have not. Guesses go on meanwhile: they are what is checked. */
#pragma once
#include "request.h"

#define CAUSES_MAX 65536
#define TRUST_EARNED 16 /* so many responses agreed */
#define TRUST_LOSS 64   /* one did not ... */
#define TRUST_MOST                                                                                 \
    (TRUST_EARNED + TRUST_LOSS) /* ... which has no consequence if it is one in a hundred */

/* The request that something was sent for, as in struct task. */
struct cause {
    __u64 cookie; /* 0: not known */
    __u32 first;
    __u32 last;
};

/* Cookie of a client's socket -> what its newest request was sent for. */
struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(map_flags, BPF_F_NO_PREALLOC);
    __uint(max_entries, CAUSES_MAX);
    __type(key, __u64);
    __type(value, struct cause);
} causes SEC(".maps");

static __always_inline void cause_keep(__u64 cookie, const struct open_request *request)
{
    struct cause cause = {};
    struct cause *known;

    cookie &= ~TLS_COOKIE;
    if (request) {
        cause.cookie = request->cookie;
        cause.first = request->ordinal;
        cause.last = request->ordinal;
    }
    known = bpf_map_lookup_elem(&causes, &cookie);
    if (known)
        *known = cause;
    else
        bpf_map_update_elem(&causes, &cookie, &cause, BPF_ANY);
}

static __always_inline void cause_forget(__u64 cookie)
{
    bpf_map_delete_elem(&causes, &cookie);
}

/* This thread reads from a client's socket: it goes on with what it had asked for. */
static __always_inline void cause_resume(__u64 cookie)
{
    const struct cause *cause = bpf_map_lookup_elem(&causes, &cookie);
    __u32 tid = current_tid();
    struct task *task;

    if (!cause)
        return;
    task = bpf_map_lookup_elem(&tasks, &tid);
    if (!task) {
        struct task begun = {.cookie = cause->cookie, .first = cause->first, .last = cause->last};

        bpf_map_update_elem(&tasks, &tid, &begun, BPF_ANY);
        return;
    }
    if (task->cookie == cause->cookie)
        return;
    if (task_request(task))
        task->loops = TASK_LOOPS;
    task->cookie = cause->cookie;
    task->first = cause->first;
    task->last = cause->last;
    task->call = 0;
    task->awaits = 0;
}

/* Whether a guess about this thread may be told. */
static __always_inline bool cause_is_sure(__u32 pid, const struct task *task)
{
    const struct target *target = target_of(pid);
    __s32 trust = target ? target->trust : 0;

    return trust >= (task && task->loops ? TRUST_EARNED : 0);
}

static __always_inline void trust_lose(struct target *target)
{
    target->trust = target->trust > 0 ? target->trust - TRUST_LOSS : -TRUST_LOSS;
}

/* The thread that runs writes a response on this connection of a server. */
static __always_inline void cause_check(__u64 cookie)
{
    const struct open_request *request = open_request_of(cookie);
    __u32 pid = current_pid();
    __u32 tid = current_tid();
    struct target *target;
    struct task *task;

    if (!request || !request->ordinal || request->reader_pid != pid)
        return;
    target = target_of(pid);
    if (!target)
        return;
    task = bpf_map_lookup_elem(&tasks, &tid);
    if (!task || !task_request(task)) {
        if (request->reader_tid != tid)
            trust_lose(target);
    } else if (task->cookie != cookie) {
        trust_lose(target);
    } else if (target->open_count > 1 && target->trust < TRUST_MOST) {
        target->trust++;
    }
}
