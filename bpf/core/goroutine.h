/* SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
/* Go runs any goroutine on any thread, and one may write what another one asks for. So in a program of Go
 * it is the goroutine that has work, by the number that it keeps for life and that is never used again;
 * and what it hands over (a context, a request) has it too. Who writes here: whoever reads a request
 * (request.h), and the probes in the program (runtimes/go.bpf.c).
 *
 * Nothing says when a goroutine ends, or memory is used for something else: entries make room for newer
 * ones, and what they name counts only while it is open (R2). */
#pragma once
#include "target.h"
#include "../contract/go.h"

#define GO_PROGRAMS_MAX 4096
#define GO_WORK_MAX 32768

struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(map_flags, BPF_F_NO_PREALLOC);
    __uint(max_entries, GO_PROGRAMS_MAX);
    __type(key, __u32);
    __type(value, struct go_program);
} go_programs SEC(".maps");

/* What a go_name is about, unless it is the stream of HTTP/2 that a goroutine writes next. */
#define GO_GOROUTINE 0
#define GO_CONTEXT 0x80000000
#define GO_REQUEST 0x80000001
#define GO_CALLER 0x80000002
#define GO_HEADERS 0x80000003
#define GO_SPAN 0x80000004

struct go_name {
    __u64 id; /* number of the goroutine, or an address */
    __u32 pid;
    __u32 what;
};

/* The requests that it is for, as in struct task. */
struct go_work {
    __u64 cookie; /* 0: known to be for none */
    __u32 first;
    __u32 last;
    __u64 span; /* the innermost span of the program itself, by address (core/go_span.h), 0: none */
};

struct {
    __uint(type, BPF_MAP_TYPE_LRU_HASH);
    __uint(max_entries, GO_WORK_MAX);
    __type(key, struct go_name);
    __type(value, struct go_work);
} go_work SEC(".maps");

static __always_inline const struct go_program *go_program_of(__u32 pid)
{
    return bpf_map_lookup_elem(&go_programs, &pid);
}

static __always_inline struct go_work *go_work_of(const struct go_name *name)
{
    return bpf_map_lookup_elem(&go_work, name);
}

static __always_inline void go_work_set(const struct go_name *name, const struct go_work *work)
{
    bpf_map_update_elem(&go_work, name, work, BPF_ANY);
}

static __always_inline __u64 go_word(__u64 address)
{
    __u64 word = 0;

    bpf_probe_read_user(&word, sizeof(word), (const void *)address);
    return word;
}

/* The goroutine that runs on this thread, of this program. 0: none, as while the scheduler runs. */
static __always_inline __u64 goroutine_current(const struct go_program *program)
{
    struct task_struct *task = (struct task_struct *)bpf_get_current_task();

    if (!bpf_core_field_exists(task->thread.fsbase))
        return 0;
    return go_word(go_word(BPF_CORE_READ(task, thread.fsbase) + program->thread_g) + program->goid);
}

/* The goroutine that runs, if any does, has that work from now on. */
static __always_inline bool goroutine_takes(__u32 pid, const struct go_work *work)
{
    const struct go_program *program = go_program_of(pid);
    struct go_name name = {.pid = pid, .what = GO_GOROUTINE};

    if (!program)
        return false;
    name.id = goroutine_current(program);
    if (!name.id)
        return false;
    go_work_set(&name, work);
    return true;
}

/* What the goroutine that runs writes now is for: `stream` of HTTP/2, 0: it has none. NULL: not known. */
static __always_inline struct go_work *goroutine_work(const struct go_program *program,
                                                      __u32 pid,
                                                      __u32 stream)
{
    struct go_name name = {.id = goroutine_current(program), .pid = pid, .what = stream};
    struct go_work *work = name.id && stream ? go_work_of(&name) : NULL;

    name.what = GO_GOROUTINE;
    return work || !name.id ? work : go_work_of(&name);
}
