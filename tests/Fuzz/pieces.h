// SPDX-License-Identifier: Apache-2.0
/* Feeds bytes to the parsers as core/walk.h does, cut into pieces of given sizes. What stands behind
 * the valid bytes of the window is garbage that changes each time, as on a CPU whose scratch memory
 * another connection used before. */
#pragma once
#include <linux/types.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include "protocols/chunked.h"
#include "protocols/http1.h"

#define PIECE_MAX (WINDOW_SIZE - HTTP1_KEEP)

/* Used in turn, from the beginning again when all were. */
struct pieces {
    __u32 sizes[4];
    __u32 count;
    __u32 next;
};

static inline struct pieces pieces_whole(void)
{
    return (struct pieces){.sizes = {PIECE_MAX}, .count = 1};
}

static inline struct pieces pieces_bytes(void)
{
    return (struct pieces){.sizes = {1}, .count = 1};
}

static inline struct pieces pieces_two(__u32 first)
{
    return (struct pieces){.sizes = {first, PIECE_MAX}, .count = 2};
}

/* Sizes up to `limit`, often tiny ones, that follow from the bytes: an input alone repeats a failure. */
static inline struct pieces pieces_random(const __u8 *bytes, __u32 size, __u32 limit)
{
    struct pieces pieces = {.count = 4};
    __u64 state = size;

    for (__u32 i = 0; i < size; i++)
        state = (state ^ bytes[i]) * 0x100000001b3ULL; /* FNV-1a */
    for (__u32 i = 0; i < 4; i++) {
        state = state * 6364136223846793005ULL + 1442695040888963407ULL;
        pieces.sizes[i] = (state >> 33) % ((state >> 60) % 2 ? limit : 24);
    }
    return pieces;
}

static inline __u32 piece_size(struct pieces *pieces, __u32 left, __u32 limit)
{
    __u32 size = pieces->sizes[pieces->next++ % pieces->count];

    if (size == 0)
        size = 1;
    if (size > limit)
        size = limit;
    return size < left ? size : left;
}

static inline void fail(const char *what)
{
    fprintf(stderr, "broken: %s\n", what);
    abort();
}

static inline void must(bool holds, const char *what)
{
    if (!holds)
        fail(what);
}

static inline void window_soil(struct window *window)
{
    static const char garbage[] = "\n\r0Z\ntraceparent: \n\n";
    static __u32 turn;

    memset(window->bytes, garbage[turn++ % (sizeof(garbage) - 1)], sizeof(window->bytes));
}

/* The baggage of a head, its lines joined by commas. */
struct list {
    __u32 size;
    __u32 lines;
    __u32 finds; /* of anything, in all windows */
    __u8 bytes[1 << 17];
};

static inline void list_take(struct list *list, const struct window *window)
{
    list->finds += window->found;
    for (__u32 i = 0; i < window->found; i++) {
        const struct find *find = &window->finds[i];

        if (!find->size)
            continue;
        if (find->what == HTTP1_FIND_BAGGAGE) {
            if (list->lines++)
                list->bytes[list->size++] = ',';
        } else if (find->what != HTTP1_FIND_BAGGAGE_REST) {
            continue;
        }
        must(list->size + find->size < sizeof(list->bytes), "more found than was given");
        must(find->at + find->size <= window->size, "a find beyond the window");
        memcpy(list->bytes + list->size, window->bytes + find->at, find->size);
        list->size += find->size;
    }
}

/* Returns how many bytes the head took: all, when it is not complete. */
static inline __u32 head_read(struct http1_head *head,
                              const __u8 *bytes,
                              __u32 size,
                              struct pieces pieces,
                              struct list *baggage)
{
    static struct window window;
    __u32 at = 0;

    memset(head, 0, sizeof(*head));
    baggage->size = 0;
    baggage->lines = 0;
    baggage->finds = 0;
    while (at < size && head->phase < HTTP1_DONE) {
        __u32 piece = piece_size(&pieces, size - at, PIECE_MAX);
        __u32 kept, used;

        window_soil(&window);
        kept = http1_resume(head, &window);
        must(kept <= HTTP1_KEEP, "more kept than there is room for");
        memcpy(window.bytes + kept, bytes + at, piece);
        used = http1_feed(head, &window, kept, kept + piece);
        list_take(baggage, &window);
        must(used <= piece, "the head took more than it was given");
        must(used == piece || head->phase >= HTTP1_DONE, "the head left bytes though it goes on");
        at += used;
        must(head->phase > HTTP1_DONE || head->size + head->kept == at,
             "size and place in the stream disagree");
    }
    return at;
}

/* Returns how many bytes the body takes; more than `size` when the last chunk reaches beyond it. */
static inline __u64 chunks_read(struct chunked *chunked,
                                const __u8 *bytes,
                                __u32 size,
                                struct pieces pieces)
{
    static struct window window;
    __u64 at = 0;

    memset(chunked, 0, sizeof(*chunked));
    while (at < size && chunked->phase < CHUNKED_DONE) {
        __u32 piece = piece_size(&pieces, size - at, CHUNKED_VIEW);
        __u64 settled;

        window_soil(&window);
        memcpy(window.bytes, bytes + at, piece);
        settled = chunked_feed(chunked, &window, piece);
        must(settled > 0 || chunked->phase == CHUNKED_BAD, "chunks stand still");
        at += settled;
    }
    return at;
}
