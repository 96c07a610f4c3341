/* SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
/* A bounded view of the bytes a parser looks at. Parsers know nothing of maps, hooks or sockets, so
 * they also compile natively, for unit tests and fuzzing.
 *
 * Offsets are masked instead of compared: the verifier then knows them bounded whatever the path, and
 * the slack behind the window makes every fixed-size read at a masked offset legal. */
#pragma once
#include "../contract/types.h"

#ifdef __bpf__
#include "../kernel.h"
/* Calls body(index, state) up to count times, until it returns 1. */
#define repeat(count, body, state) bpf_loop(count, body, state, 0)
/* A function that the verifier proves once, for all arguments, instead of at each call. It must check
 * its pointers itself. */
#define PROVEN_ONCE __attribute__((noinline))
#else
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#define PROVEN_ONCE static inline __attribute__((unused))
#ifndef __always_inline
#define __always_inline inline __attribute__((always_inline))
#endif
static inline void repeat(__u32 count, long (*body)(__u32, void *), void *state)
{
    for (__u32 index = 0; index < count; index++)
        if (body(index, state))
            return;
}
#endif

#define WINDOW_SIZE 4096
#define WINDOW_SLACK 2048
#define WINDOW_FINDS 16

/* A value that the parser came by and its caller may want to keep. */
struct find {
    __u16 at; /* in the window */
    __u16 size;
    __u8 what; /* http1_find */
    __u8 rule;
    __u8 pad[2];
};

/* How far a parser has come is kept here and not in locals: the verifier follows each value of a local
 * through a loop on its own, but takes what it reads from a map as unknown, once. */
struct window {
    __u8 bytes[WINDOW_SIZE + WINDOW_SLACK];
    __u32 size;  /* valid bytes */
    __u32 line;  /* where the current line starts */
    __u32 at;    /* where to look on for its end */
    __u32 value; /* of the current field: where it starts ... */
    __u32 end;   /* ... and where the next byte is */
    __u32 found;
    struct find finds[WINDOW_FINDS];
};

static __always_inline __u8 window_byte(const struct window *window, __u32 at)
{
    return window->bytes[at & (WINDOW_SIZE - 1)];
}

/* Eight bytes, the first one lowest. Unaligned: all kernels that run BPF here allow it on map values. */
static __always_inline __u64 window_word(const struct window *window, __u32 at)
{
    at &= WINDOW_SIZE - 1;
#ifdef __bpf__
    return *(const __u64 *)(window->bytes + at);
#else
    __u64 word;
    memcpy(&word, window->bytes + at, sizeof(word));
    return word;
#endif
}

/* A size for a helper, which the verifier must know to be bounded. Old ones know that only of the register
 * that was compared, so the compiler must not compare another one, and never that one is not 0. */
static __always_inline __u32 at_most(__u32 size, const __u32 most)
{
    asm volatile("" : "+r"(size));
    if (size > most)
        size = most;
    asm volatile("" : "+r"(size));
    return size;
}

static __always_inline __u32 one_to(__u32 size, const __u32 most)
{
    return at_most(size - 1, most - 1) + 1;
}

/* Copies a multiple of 8 bytes. As a loop: clang turns a large memcpy into loads that it keeps all at
 * once, more than a BPF stack holds. */
static __always_inline void copy_words(void *to, const void *from, const __u32 size)
{
#ifdef __bpf__
    __u64 *target = to;
    const __u64 *source = from;

#pragma clang loop unroll_count(4)
    for (__u32 i = 0; i < size / 8; i++) {
        __u64 word = source[i];

        asm volatile("" : "+r"(word));
        target[i] = word;
    }
#else
    memcpy(to, from, size);
#endif
}

/* Copies any number of bytes up to `most`: both places must have room for that. In the kernel by a helper. */
static __always_inline void copy_bytes(void *to, const void *from, __u32 size, const __u32 most)
{
    size = at_most(size, most);
#ifdef __bpf__
    bpf_probe_read_kernel(to, size, from);
#else
    memcpy(to, from, size);
#endif
}

/* Eight characters as the word that window_word() reads. */
#define WORD(a, b, c, d, e, f, g, h)                                                               \
    ((__u64)(a) | (__u64)(b) << 8 | (__u64)(c) << 16 | (__u64)(d) << 24 | (__u64)(e) << 32 |       \
     (__u64)(f) << 40 | (__u64)(g) << 48 | (__u64)(h) << 56)

#define EACH_BYTE 0x0101010101010101ULL

/* Letters have bit 6; with bit 5 they are lower case. */
static __always_inline __u64 lower_case(__u64 word)
{
    return word | (word >> 1 & 0x20 * EACH_BYTE);
}

/* Bit 7 of every byte that is a line feed; above the lowest hit there may be false ones. */
static __always_inline __u64 line_feeds(__u64 word)
{
    __u64 zero_at_feed = word ^ ('\n' * EACH_BYTE);

    return (zero_at_feed - EACH_BYTE) & ~zero_at_feed & (0x80 * EACH_BYTE);
}

/* Index of the lowest byte whose bit 7 is set in a mask that is not zero. */
static __always_inline __u32 first_marked(__u64 mask)
{
    return ((((mask & -mask) - 1) & EACH_BYTE) * EACH_BYTE >> 56) - 1;
}
