/* SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
/* Writes a baggage that is too long to be built in a window, straight from where it is kept. The edit is
 * one of its own: without the room for it, the other lines are written all the same. */
#pragma once
#include "http1_header.h"

#define BAGGAGE_REACH 0xd000 /* with a whole line behind it, within what the verifier tracks */

struct baggage_copy {
    struct sk_msg_md *msg;
    const struct baggage *baggage;
    __u32 at; /* in the message */
    __u32 size;
    __u32 failed;
    __u32 pad;
};

/* Bytes that the line takes, 0: it is among the other lines, or there is none. */
static __always_inline __u32 baggage_line_size(const struct baggage *baggage)
{
    return baggage && baggage->size > BAGGAGE_SMALL && baggage->size <= BAGGAGE_SIZE
               ? BAGGAGE_NAME_SIZE + baggage->size + 2
               : 0;
}

/* Eight bytes; the last ones overlap those before. */
static long baggage_copy_word(__u32 index, void *state)
{
    struct baggage_copy *copy = state;
    __u32 from = index * 8;
    __u8 *to;

    if (from >= copy->size)
        return 1;
    if (from + 8 > copy->size)
        from = copy->size - 8;
    copy->failed = 1;
    if (copy->at > BAGGAGE_REACH || from > BAGGAGE_LINE_MAX - 8)
        return 1;
    to = (__u8 *)(long)copy->msg->data + copy->at + from;
    if (to + 8 > (__u8 *)(long)copy->msg->data_end)
        return 1;
    *(__u64 *)to = *(const __u64 *)(copy->baggage->line + from);
    copy->failed = 0;
    return 0;
}

static __always_inline bool baggage_end(const struct baggage_copy *copy)
{
    __u32 at = copy->at + copy->size - 2;
    __u8 *to;

    if (at > BAGGAGE_REACH + BAGGAGE_LINE_MAX)
        return false;
    to = (__u8 *)(long)copy->msg->data + at;
    if (to + 2 > (__u8 *)(long)copy->msg->data_end)
        return false;
    to[0] = '\r';
    to[1] = '\n';
    return true;
}

/* Makes room at `at` and writes the line there. */
static __always_inline enum counter baggage_insert(
    struct sk_msg_md *msg, __u32 at, const struct baggage *baggage, __u32 size, int *verdict)
{
    struct baggage_copy copy = {.msg = msg, .baggage = baggage, .at = at, .size = size};
    enum counter made;

    if (at > BAGGAGE_REACH)
        return COUNTER_SKIP_PUSH_FAILED;
    made = header_make_room(msg, at, size, verdict);
    if (made != COUNTER_INJECTED)
        return made;
    bpf_loop(BAGGAGE_LINE_MAX / 8 + 1, baggage_copy_word, &copy, 0);
    return copy.failed || !baggage_end(&copy) ? header_undo(msg, at, size, verdict)
                                              : COUNTER_INJECTED;
}
