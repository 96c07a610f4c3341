/* SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
/* Spans that a program makes with OpenTelemetry's Auto SDK. It calls two functions that do nothing and are
 * there to be probed: `start`, from which it expects ids and whether it is sampled, and `ended`, with the
 * span as text. Ids are chosen here, and put in place of those in the text by the agent: the kernel need
 * not let anybody write into the program.
 *
 * A text can be longer than the ring has room for at once, and no program may run for ever: it is sent in
 * pieces, up to OWN_SPAN_MAX. What the first piece of was sent counts as given to the agent, which counts
 * it as lost when the rest does not come. */
#pragma once
#include "../contract/own_span.h"
#include "../core/count.h"
#include "../core/emit.h"
#include "../core/go_registers.h"
#include "../core/parent.h"
#include "go_work.h"

#define PIECE_SMALL 1024 /* most spans */
#define PIECE_LARGE 8192

/* start(tracer, context, span, ...) is called: the registers are as it gets them. */
static __always_inline void go_span_start(struct go_place *place, struct pt_regs *registers)
{
    struct go_name name = go_named(place, GO_DI(registers), GO_SPAN);
    const struct target *target = target_of(place->pid);
    struct open_request *parent;
    struct go_span span = {};
    struct go_work work = {};

    if (!target)
        return;
    go_asks(place, GO_CX(registers), &work);
    parent = work_request(&work, place->pid);
    if (parent) {
        parent->propagated = 1;
        span.request = *parent;
        span.request.is_root = 0;
    }
    client_identify(target->pid, &span.request.span, span.parent_id, parent);
    span.request.target = target->pid;
    bpf_map_update_elem(&go_spans, &name, &span, BPF_ANY);
}

struct span_pieces {
    const struct go_span *span;
    __u64 text;
    __u32 size;
    __u32 at;
    enum counter failure;
    __u32 pad;
};

static __always_inline long span_piece_send(struct span_pieces *pieces, const __u32 room)
{
    struct own_span_event *event = bpf_ringbuf_reserve(&events, sizeof(*event) + room, 0);
    __u32 size = one_to(pieces->size - pieces->at, room);

    if (!event) {
        pieces->failure = COUNTER_RING_FULL;
        return 1;
    }
    emit_header(&event->header, EVENT_OWN_SPAN, sizeof(*event) + room);
    event->span = pieces->span->request.span;
    event->span.flags &= TRACE_FLAG_SAMPLED | TRACE_FLAG_RANDOM;
    id_copy(event->parent_id, pieces->span->parent_id);
    event->target = pieces->span->request.target;
    event->size = pieces->size;
    event->piece_at = pieces->at;
    event->piece_size = size;
    if (bpf_probe_read_user(event->text, size, (void *)(pieces->text + pieces->at))) {
        bpf_ringbuf_discard(event, 0);
        pieces->failure = COUNTER_SPAN_UNREADABLE;
        return 1;
    }
    bpf_ringbuf_submit(event, emit_lazily());
    pieces->at += size;
    return pieces->at >= pieces->size;
}

static long span_piece_step(__u32 index, void *state)
{
    struct span_pieces *pieces = state;

    (void)index;
    if (pieces->size - pieces->at <= PIECE_SMALL)
        return span_piece_send(pieces, PIECE_SMALL);
    return span_piece_send(pieces, PIECE_LARGE);
}

static __always_inline void go_span_tell(const struct go_span *span, __u64 text, __u64 size)
{
    struct span_pieces pieces = {.span = span, .text = text, .size = (__u32)size};

    if (!size || size > OWN_SPAN_MAX) {
        count(COUNTER_SPAN_TOO_LARGE);
        return;
    }
    repeat(OWN_SPAN_MAX / PIECE_LARGE, span_piece_step, &pieces);
    count(pieces.at ? COUNTER_EMITTED : pieces.failure);
}

/* ended(span, text) begins. */
static __always_inline void go_span_end(struct go_place *place, struct pt_regs *registers)
{
    struct go_name name = go_named(place, GO_AX(registers), GO_SPAN);
    const struct go_span *known = bpf_map_lookup_elem(&go_spans, &name);
    struct go_span span;

    if (!go_begins(registers))
        return;
    if (!known) {
        count(COUNTER_SPAN_UNKNOWN);
        return;
    }
    span = *known;
    bpf_map_delete_elem(&go_spans, &name);
    if (span.request.span.flags & TRACE_FLAG_SAMPLED)
        go_span_tell(&span, GO_BX(registers), GO_CX(registers));
    else
        count(COUNTER_UNSAMPLED);
}
