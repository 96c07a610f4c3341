/* SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
/* Texts of an exchange that the agent wants on its span: values of fields that the user named, and
 * tracestate. Kept until the exchange ends. */
#pragma once
#include "connection.h"
#include "emit.h"
#include "../contract/headers.h"
#include "../protocols/tracestate.h"

#define NOTES_MAX 16384
#define NOTES_SIZE 3072 /* every rule, in both directions, and a tracestate */

struct notes {
    __u32 size;
    __u8 bytes[NOTES_SIZE];
};

struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(map_flags, BPF_F_NO_PREALLOC);
    __uint(max_entries, NOTES_MAX);
    __type(key, struct request_name);
    __type(value, struct notes);
} notes SEC(".maps");

EVENT_LAYOUT(note);

static const struct notes no_notes;

static __always_inline struct notes *notes_of(const struct request_name *name)
{
    return bpf_map_lookup_elem(&notes, name);
}

/* `size` bytes at `from`, no more than TRACESTATE_SIZE. False: there was no room. */
static __always_inline bool note_add(
    const struct request_name *name, enum note_kind kind, __u8 rule, const void *from, __u32 size)
{
    struct notes *all;
    struct note *note;
    __u32 at;

    if (size == 0 || size > TRACESTATE_SIZE)
        return false;
    all = notes_of(name);
    if (!all) {
        if (bpf_map_update_elem(&notes, name, &no_notes, BPF_NOEXIST))
            return false;
        all = notes_of(name);
        if (!all)
            return false;
    }
    at = all->size;
    if (at > NOTES_SIZE - sizeof(*note) - TRACESTATE_SIZE)
        return false;
    note = (struct note *)(all->bytes + at);
    note->kind = kind;
    note->rule = rule;
    note->text_size = size;
    bpf_probe_read_kernel(note + 1, at_most(size, TRACESTATE_SIZE), from);
    all->size = (at + sizeof(*note) + size + 3) & ~3U;
    return true;
}
