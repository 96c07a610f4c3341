/* SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
/* The baggage that a request brought, for the requests sent for it: W3C asks to pass on 8,192 bytes. Kept
 * as the line it will be, in room that only requests with baggage take. */
#pragma once
#include "connection.h"

#define BAGGAGES_MAX 4096
#define BAGGAGE_SIZE 8192
#define BAGGAGE_PIECE 1024 /* copied at once */
#define BAGGAGE_PIECES 4   /* no find is longer */
#define BAGGAGE_NAME_SIZE 9
#define BAGGAGE_LINE_MAX (BAGGAGE_NAME_SIZE + BAGGAGE_SIZE + 2)

/* Behind the list there is room for a piece: what is copied has a bounded size and a bounded place. */
struct baggage {
    __u32 size; /* of the list */
    __u8 line[BAGGAGE_NAME_SIZE + BAGGAGE_SIZE + BAGGAGE_PIECE + 3];
};

struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(map_flags, BPF_F_NO_PREALLOC);
    __uint(max_entries, BAGGAGES_MAX);
    __type(key, struct request_name);
    __type(value, struct baggage);
} baggages SEC(".maps");

static const struct baggage no_baggage = {.line = "baggage: "};

static __always_inline struct baggage *baggage_of(const struct request_name *name)
{
    return bpf_map_lookup_elem(&baggages, name);
}

static __always_inline struct baggage *baggage_make(const struct request_name *name)
{
    struct baggage *baggage = baggage_of(name);

    if (baggage)
        return baggage;
    if (bpf_map_update_elem(&baggages, name, &no_baggage, BPF_NOEXIST)) {
        count(COUNTER_STORAGE_FAILED);
        return NULL;
    }
    return baggage_of(name);
}

/* Appends a member list (`joined`: by a comma), or the rest of one. False: it became too long. */
PROVEN_ONCE bool baggage_append(const struct request_name *request,
                                const struct window *window,
                                const struct find *find,
                                bool joined)
{
    struct baggage *baggage;
    __u32 from;
    __u32 left;

    if (!request || !window || !find)
        return false;

    struct request_name name = *request;

    baggage = baggage_make(&name);
    if (!baggage)
        return false;
    from = find->at & (WINDOW_SIZE - 1);
    left = find->size;
    if (joined && baggage->size) {
        baggage->line[BAGGAGE_NAME_SIZE + (baggage->size & (BAGGAGE_SIZE - 1))] = ',';
        baggage->size++;
    }
    if (baggage->size + left > BAGGAGE_SIZE)
        return false;
    for (__u32 piece = 0; piece < BAGGAGE_PIECES && left; piece++) {
        __u32 size = left < BAGGAGE_PIECE ? left : BAGGAGE_PIECE;

        bpf_probe_read_kernel(baggage->line + BAGGAGE_NAME_SIZE +
                                  (baggage->size & (BAGGAGE_SIZE - 1)),
                              at_most(size, BAGGAGE_PIECE),
                              window->bytes + from);
        baggage->size += size;
        from += size;
        left -= size;
    }
    return true;
}
