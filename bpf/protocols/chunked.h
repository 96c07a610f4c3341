/* SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
/* The chunked coding (RFC 9112, 7.1): only sizes are read, the data between them is jumped over. */
#pragma once
#include "window.h"

#define CHUNKED_VIEW 32 /* bytes looked at in one go: nearly every size line is shorter */
#define CHUNKED_SIZE_MAX (1ULL << 48)

enum chunked_phase : __u8 {
    CHUNKED_SIZE,      /* in the digits of a size */
    CHUNKED_EXTENSION, /* behind them, up to the line feed */
    CHUNKED_TRAILER,   /* at the start of a line behind the last chunk */
    CHUNKED_TRAILER_LINE,
    CHUNKED_DONE,
    CHUNKED_BAD,
};

struct chunked {
    __u64 size;  /* of the chunk being read */
    __u64 total; /* data bytes of all chunks so far */
    enum chunked_phase phase;
    __u8 digits;
    __u8 pad[6];
};

/* The line feed behind a size. Returns how many bytes to jump over: the data and its CR LF. */
static __always_inline __u64 chunked_size_line(struct chunked *chunked)
{
    __u64 size = chunked->size;

    if (!chunked->digits) {
        chunked->phase = CHUNKED_BAD;
        return 0;
    }
    chunked->size = 0;
    chunked->digits = 0;
    chunked->total += size;
    chunked->phase = size ? CHUNKED_SIZE : CHUNKED_TRAILER;
    return size ? size + 2 : 0;
}

static __always_inline void chunked_digit(struct chunked *chunked, __u8 c)
{
    __u32 digit = c - '0';
    __u32 letter = (c | 0x20) - 'a';

    if (digit > 9)
        digit = letter < 6 ? letter + 10 : 16;
    if (digit < 16 && chunked->size < CHUNKED_SIZE_MAX) {
        chunked->size = chunked->size << 4 | digit;
        chunked->digits = 1;
    } else if (c == ';' || c == '\r' || c == ' ' || c == '\t') {
        chunked->phase = CHUNKED_EXTENSION;
    } else {
        chunked->phase = CHUNKED_BAD;
    }
}

/* Looks at up to CHUNKED_VIEW bytes at the start of the window. Returns how many bytes of the stream
 * are settled: those read, plus data to jump over, which may lie beyond the window. */
PROVEN_ONCE __u64 chunked_feed(struct chunked *chunked, const struct window *window, __u32 size)
{
    if (!chunked || !window)
        return 0;
    for (__u32 i = 0; i < CHUNKED_VIEW && i < size; i++) {
        __u8 c = window->bytes[i];

        switch (chunked->phase) {
        case CHUNKED_SIZE:
            if (c == '\n')
                return i + 1 + chunked_size_line(chunked);
            chunked_digit(chunked, c);
            break;
        case CHUNKED_EXTENSION:
            if (c == '\n')
                return i + 1 + chunked_size_line(chunked);
            break;
        case CHUNKED_TRAILER:
            if (c == '\n') {
                chunked->phase = CHUNKED_DONE;
                return i + 1;
            }
            if (c != '\r')
                chunked->phase = CHUNKED_TRAILER_LINE;
            break;
        case CHUNKED_TRAILER_LINE:
            if (c == '\n')
                chunked->phase = CHUNKED_TRAILER;
            break;
        default:
            return i;
        }
    }
    return size < CHUNKED_VIEW ? size : CHUNKED_VIEW;
}
