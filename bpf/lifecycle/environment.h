/* SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
/* What the environment of a program says of its service. Read at exec, in the process itself: a program
 * that lives for a millisecond is gone before anybody could have read it in /proc. Of targets only: for
 * others nobody has asked. */
#pragma once
#include "../kernel.h"
#include "../contract/process.h"
#include "../protocols/window.h"

#define VARIABLES_MAX 4096
#define VARIABLE_VIEW 256 /* of a longer one, the rest is passed in such pieces */
#define NAME_VARIABLE_SIZE 18
#define ATTRIBUTES_VARIABLE_SIZE 25

struct environment {
    __u64 at; /* in the process */
    __u64 end;
    __u32 name_size; /* with its zero, 0: none */
    __u32 attributes_size;
    __u8 within; /* 1: in the middle of a variable */
    __u8 whole;  /* 1: looked at up to its end */
    __u8 cut;    /* 1: a value has no room */
    __u8 pad[5];
    __u64 view[VARIABLE_VIEW / 8];
    __u8 name[DECLARED_NAME_SIZE];
    __u8 attributes[DECLARED_ATTRIBUTES_SIZE];
};

struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, struct environment);
} environments SEC(".maps");

/* The first one of a name counts, as for getenv(). */
static __always_inline void environment_keep(
    struct environment *environment, __u8 *to, __u32 *to_size, const __u32 room, __u32 name_size)
{
    long size;

    if (*to_size)
        return;
    size = bpf_probe_read_user_str(to, room, (const void *)(environment->at + name_size));
    if (size > 0)
        *to_size = size;
    environment->cut |= size <= 0 || size == room;
}

static __always_inline void environment_look(struct environment *environment)
{
    const __u64 *view = environment->view;

    if (view[0] == WORD('O', 'T', 'E', 'L', '_', 'S', 'E', 'R') &&
        view[1] == WORD('V', 'I', 'C', 'E', '_', 'N', 'A', 'M') &&
        (__u16)view[2] == ('E' | '=' << 8))
        environment_keep(environment,
                         environment->name,
                         &environment->name_size,
                         DECLARED_NAME_SIZE,
                         NAME_VARIABLE_SIZE);
    else if (view[0] == WORD('O', 'T', 'E', 'L', '_', 'R', 'E', 'S') &&
             view[1] == WORD('O', 'U', 'R', 'C', 'E', '_', 'A', 'T') &&
             view[2] == WORD('T', 'R', 'I', 'B', 'U', 'T', 'E', 'S') && (__u8)view[3] == '=')
        environment_keep(environment,
                         environment->attributes,
                         &environment->attributes_size,
                         DECLARED_ATTRIBUTES_SIZE,
                         ATTRIBUTES_VARIABLE_SIZE);
}

static long environment_step(__u32 index, void *state)
{
    struct environment *environment = *(struct environment **)state;
    long size;

    (void)index;
    if (environment->at >= environment->end) {
        environment->whole = 1;
        return 1;
    }
    size = bpf_probe_read_user_str(environment->view, VARIABLE_VIEW, (const void *)environment->at);
    if (size <= 0)
        return 1;
    if (!environment->within)
        environment_look(environment);
    environment->within = size == VARIABLE_VIEW;
    environment->at += size - environment->within;
    return 0;
}

/* Of the current process. NULL: it could not be read whole, or says more than there is room for. */
static __always_inline struct environment *environment_read(struct task_struct *task)
{
    __u32 zero = 0;
    struct environment *environment = bpf_map_lookup_elem(&environments, &zero);

    if (!environment)
        return NULL;
    environment->at = BPF_CORE_READ(task, mm, env_start);
    environment->end = BPF_CORE_READ(task, mm, env_end);
    environment->name_size = 0;
    environment->attributes_size = 0;
    environment->within = 0;
    environment->whole = 0;
    environment->cut = 0;
    repeat(VARIABLES_MAX, environment_step, &environment);
    return environment->whole && !environment->cut ? environment : NULL;
}
