/* SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
/* One CPU at a time, and segments in their order.
 *
 * What leaves does so under the socket lock. What arrives is seen before TCP takes it, without any
 * lock, and on loopback and veth on the CPU that sent it: while the thread of the sender runs on one,
 * an acknowledgement makes TCP send more on another. So two segments of a connection may be looked at
 * together, or overtake each other by some microseconds. */
#pragma once
#include "stream.h"

#define TURN_NS 20000000 /* a holder takes microseconds, unless its virtual CPU is not running */
#define ORDER_NS 50000   /* a segment that was lost, and not just overtaken, comes much later */
#define ORDER_LOOPBACK_NS 4000000 /* nothing is lost there, but a virtual CPU may stand still */
#define LOOPBACK_INDEX 1          /* of the interface, in every network namespace */
#define TURN_LOOKS (1 << 20)      /* more than fit into that */

struct turn {
    struct stream *stream;
    __u64 position; /* awaited */
    __u64 until_ns;
    __u32 taken;
    __u32 pad;
};

static long turn_look(__u32 index, void *state)
{
    struct turn *turn = state;

    (void)index;
    turn->taken = !__sync_lock_test_and_set(&turn->stream->turn, 1);
    return turn->taken || bpf_ktime_get_ns() > turn->until_ns;
}

/* False: it did not come. The holder is on another CPU: a segment is handled without others between. */
static __always_inline bool turn_take(struct stream *stream)
{
    struct turn turn = {.stream = stream};

    if (!__sync_lock_test_and_set(&stream->turn, 1))
        return true;
    turn.until_ns = bpf_ktime_get_ns() + TURN_NS;
    bpf_loop(TURN_LOOKS, turn_look, &turn, 0);
    return turn.taken;
}

static __always_inline void turn_give(struct stream *stream)
{
    __sync_lock_test_and_set(&stream->turn, 0);
}

static long order_look(__u32 index, void *state)
{
    struct turn *turn = state;

    (void)index;
    return *(volatile __u64 *)&turn->stream->position >= turn->position ||
           bpf_ktime_get_ns() > turn->until_ns;
}

/* Lets the segments in front of `position` go first, if they arrive within `limit_ns`. */
static __always_inline bool turn_await(struct stream *stream, __u64 position, __u64 limit_ns)
{
    struct turn turn = {
        .stream = stream, .position = position, .until_ns = bpf_ktime_get_ns() + limit_ns};

    turn_give(stream);
    bpf_loop(TURN_LOOKS, order_look, &turn, 0);
    return turn_take(stream);
}
