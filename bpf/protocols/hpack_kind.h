/* SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
/* Which field a name is: those of HTTP/1 that are read (enum http1_name), and a few of HTTP/2's own. */
#pragma once
#include "http1_name.h"

enum hpack_kind : __u8 {
    HPACK_OTHER = HTTP1_NAME_OTHER,
    HPACK_CONTENT_LENGTH = HTTP1_NAME_LENGTH,
    HPACK_METHOD = 32,
    HPACK_PATH,
    HPACK_AUTHORITY,
    HPACK_SCHEME,
    HPACK_STATUS,
    HPACK_HOST,
    HPACK_CONTENT_TYPE,
    HPACK_GRPC_STATUS,
    HPACK_GRPC_MESSAGE,
    HPACK_USER_AGENT, /* from here on: only shown to user space, as lines */
    HPACK_FORWARDED,
    HPACK_FORWARDED_FOR,
    HPACK_FORWARDED_HOST,
    HPACK_FORWARDED_PROTO,
    HPACK_UNKNOWN, /* from the part of the dynamic table that was filled before Hilo came, or is forgotten */
};

#define HPACK_TAIL(word, size) HTTP1_NAME_TAIL(word, size)

/* Names have none: RFC 9113, 8.2.1. Up to HEADER_NAME_SIZE characters are looked at. */
static __always_inline bool hpack_has_capitals(const struct window *window, __u32 at, __u32 size)
{
    __u64 capitals = 0;

    for (__u32 i = 0; i < HEADER_NAME_SIZE / 8; i++) {
        __u64 word = window_word(window, at + i * 8);
        __u64 low = word & 0x7f * EACH_BYTE;
        __u64 mask = (1ULL << ((size & 7) * 8)) - 1;

        if (size / 8 != i)
            mask = size / 8 < i ? 0 : ~0ULL;
        capitals |= ((low + (0x80 - 'A') * EACH_BYTE) ^ (low + (0x7f - 'Z') * EACH_BYTE)) & ~word &
                    0x80 * EACH_BYTE & mask;
    }
    return capitals;
}

/* `next`: what stands behind "x-forwar". */
static __always_inline enum hpack_kind hpack_forwarded_kind(__u64 next, __u8 last)
{
    if (HPACK_TAIL(next, 7) == WORD('d', 'e', 'd', '-', 'f', 'o', 'r', 0))
        return next >> 56 == ':' ? HPACK_FORWARDED_FOR : HPACK_OTHER;
    if (next == WORD('d', 'e', 'd', '-', 'h', 'o', 's', 't'))
        return last == ':' ? HPACK_FORWARDED_HOST : HPACK_OTHER;
    return next == WORD('d', 'e', 'd', '-', 'p', 'r', 'o', 't') && last == 'o'
               ? HPACK_FORWARDED_PROTO
               : HPACK_OTHER;
}

/* `at`: a name in lower case with a colon behind it. */
static __always_inline enum hpack_kind hpack_own_kind(const struct window *window, __u32 at)
{
    __u64 first = window_word(window, at);
    __u64 next = window_word(window, at + 8);

    switch (first) {
    case WORD(':', 'm', 'e', 't', 'h', 'o', 'd', ':'):
        return HPACK_METHOD;
    case WORD(':', 's', 'c', 'h', 'e', 'm', 'e', ':'):
        return HPACK_SCHEME;
    case WORD(':', 's', 't', 'a', 't', 'u', 's', ':'):
        return HPACK_STATUS;
    case WORD(':', 'a', 'u', 't', 'h', 'o', 'r', 'i'):
        return HPACK_TAIL(next, 3) == WORD('t', 'y', ':', 0, 0, 0, 0, 0) ? HPACK_AUTHORITY
                                                                         : HPACK_OTHER;
    case WORD('c', 'o', 'n', 't', 'e', 'n', 't', '-'):
        return HPACK_TAIL(next, 5) == WORD('t', 'y', 'p', 'e', ':', 0, 0, 0) ? HPACK_CONTENT_TYPE
                                                                             : HPACK_OTHER;
    case WORD('x', '-', 'f', 'o', 'r', 'w', 'a', 'r'):
        return hpack_forwarded_kind(next, window_byte(window, at + 16));
    case WORD('u', 's', 'e', 'r', '-', 'a', 'g', 'e'):
        return HPACK_TAIL(next, 3) == WORD('n', 't', ':', 0, 0, 0, 0, 0) ? HPACK_USER_AGENT
                                                                         : HPACK_OTHER;
    case WORD('f', 'o', 'r', 'w', 'a', 'r', 'd', 'e'):
        return HPACK_TAIL(next, 2) == WORD('d', ':', 0, 0, 0, 0, 0, 0) ? HPACK_FORWARDED
                                                                       : HPACK_OTHER;
    case WORD('g', 'r', 'p', 'c', '-', 's', 't', 'a'):
        return HPACK_TAIL(next, 4) == WORD('t', 'u', 's', ':', 0, 0, 0, 0) ? HPACK_GRPC_STATUS
                                                                           : HPACK_OTHER;
    case WORD('g', 'r', 'p', 'c', '-', 'm', 'e', 's'):
        return HPACK_TAIL(next, 5) == WORD('s', 'a', 'g', 'e', ':', 0, 0, 0) ? HPACK_GRPC_MESSAGE
                                                                             : HPACK_OTHER;
    }
    if (HPACK_TAIL(first, 6) == WORD(':', 'p', 'a', 't', 'h', ':', 0, 0))
        return HPACK_PATH;
    if (HPACK_TAIL(first, 5) == WORD('h', 'o', 's', 't', ':', 0, 0, 0))
        return HPACK_HOST;
    return HPACK_OTHER;
}

/* Each kind is one name: its length proves that the colon is the one behind it. */
static const __u8 hpack_kind_sizes[HPACK_UNKNOWN] = {
    [HPACK_METHOD] = 7,
    [HPACK_PATH] = 5,
    [HPACK_AUTHORITY] = 10,
    [HPACK_SCHEME] = 7,
    [HPACK_STATUS] = 7,
    [HPACK_HOST] = 4,
    [HPACK_CONTENT_TYPE] = 12,
    [HPACK_GRPC_STATUS] = 11,
    [HPACK_GRPC_MESSAGE] = 12,
    [HPACK_USER_AGENT] = 10,
    [HPACK_FORWARDED] = 9,
    [HPACK_FORWARDED_FOR] = 15,
    [HPACK_FORWARDED_HOST] = 16,
    [HPACK_FORWARDED_PROTO] = 17,
};

/* `size` characters at `at` and a colon. Of what concerns a connection nothing is taken over: HTTP/2 has
 * no such fields (RFC 9113, 8.2.2). */
static __always_inline enum hpack_kind hpack_kind(const struct window *window, __u32 at, __u32 size)
{
    enum hpack_kind own = hpack_own_kind(window, at);
    __u8 name;

    if (own != HPACK_OTHER)
        return hpack_kind_sizes[own] == size ? own : HPACK_OTHER;
    name = http1_name(window, at);
    if (name == HTTP1_NAME_TRANSFER_ENCODING || name == HTTP1_NAME_UPGRADE ||
        name > HTTP1_NAME_B3_FLAGS || http1_name_sizes[name] != size + 1)
        return HPACK_OTHER;
    return (enum hpack_kind)name;
}
