/* SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
/* For what a program of Go works at one of its places, by its goroutine or by a context. */
#pragma once
#include "../core/go_socket.h"
#include "../core/go_span.h"
#include "../protocols/window.h"

#define CONTEXT_DEPTH 16
#define CONTEXT_VALUE 40 /* context.valueCtx: what its val is; in front of it a context and a key */

struct go_place {
    const struct go_program *program;
    __u64 goroutine;
    __u32 pid;
    __u32 pad;
};

static __always_inline struct go_name go_named(const struct go_place *place, __u64 id, __u32 what)
{
    struct go_name name = {.id = id, .pid = place->pid, .what = what};

    return name;
}

static __always_inline void go_says(const struct go_place *place,
                                    __u64 id,
                                    __u32 what,
                                    const struct go_work *work)
{
    struct go_name name = go_named(place, id, what);

    go_work_set(&name, work);
}

/* The one request that is open now, of those that it may be for. */
static __always_inline bool go_knows(const struct go_place *place,
                                     __u64 id,
                                     __u32 what,
                                     struct go_work *work)
{
    struct go_name name = go_named(place, id, what);
    const struct go_work *named = go_work_of(&name);
    struct open_request *request = work_request(named, place->pid);

    if (!named || !request)
        return false;
    work->span = named->span;
    work->cookie = request->cookie;
    work->first = request->ordinal;
    work->last = request->ordinal;
    return true;
}

/* The span of the program itself that this context brings to those derived from it. */
static __always_inline __u64 go_span_in(__u32 pid, __u64 context)
{
    __u64 value = go_word(context + CONTEXT_VALUE);

    return value && go_span_of(pid, value) ? value : 0;
}

/* A walk from a context to those that it is derived from. */
struct go_walk {
    const struct go_place *place;
    struct go_work *work;
    __u64 context;
    __u64 span;
    bool is_known;
    __u8 pad[7];
};

static long go_walk_step(__u32 index, void *state)
{
    struct go_walk *walk = state;

    (void)index;
    if (walk->place->program->makes_spans && !walk->span)
        walk->span = go_span_in(walk->place->pid, walk->context);
    walk->is_known |= go_knows(walk->place, walk->context, GO_CONTEXT, walk->work);
    walk->context = go_word(walk->context + GO_DATA);
    return !walk->context;
}

/* What is asked for with this context by this goroutine. Every context of the standard library begins with
 * the one that it is derived from. The last one that is known counts: where a handler's context was that
 * has returned, and whose answer has not been sent, another may lie by now, of somebody else. Behind the
 * context of a handler there are only those of its connection and server, which live longer. Of the spans
 * of the program itself it is the first one: their memory lasts as long as the context that has them. */
static __always_inline void go_asks(const struct go_place *place,
                                    __u64 context,
                                    struct go_work *work)
{
    struct go_walk walk = {.place = place, .work = work, .context = context};

    repeat(CONTEXT_DEPTH, go_walk_step, &walk);
    if (!walk.is_known && !walk.span)
        go_knows(place, place->goroutine, GO_GOROUTINE, work);
    if (walk.span)
        work->span = walk.span;
}
