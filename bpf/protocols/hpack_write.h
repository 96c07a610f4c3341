/* SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
/* Fields to be added to a header block: literals that do not enter the table (RFC 7541, 6.2.2), in plain
 * characters. So neither table changes, whatever the encoder knows of it.
 *
 *   0x00, size of the name, name, size of the value, value
 *
 * They go behind the last field of the block: pseudo-headers come first (RFC 9113, 8.3). */
#pragma once
#include "http2_frame.h"

#define HPACK_LEAST 3            /* what a field takes besides its name and value */
#define HPACK_WITH_INDEXING 0x40 /* the first byte of a literal that enters the table */
#define HPACK_LENGTH_SMALL 127   /* sizes below stand in one byte */
#define HPACK_LENGTH_TWO 255     /* below: in two */

/* Bytes of the integer that says how long a string of less than 16 KiB is. */
static __always_inline __u32 hpack_length_size(__u32 size)
{
    return size < HPACK_LENGTH_SMALL ? 1 : size < HPACK_LENGTH_TWO ? 2 : 3;
}

/* Writes it, three bytes that the string then overwrites in part. Returns how many count. */
static __always_inline __u32 hpack_write_length(__u8 *to, __u32 size)
{
    __u32 rest = size - HPACK_LENGTH_SMALL;

    if (size < HPACK_LENGTH_SMALL) {
        to[0] = size;
        return 1;
    }
    to[0] = HPACK_LENGTH_SMALL;
    if (size < HPACK_LENGTH_TWO) {
        to[1] = rest;
        return 2;
    }
    to[1] = rest | 0x80;
    to[2] = rest >> 7;
    return 3;
}

/* What a field takes in a block. */
static __always_inline __u32 hpack_field_size(__u32 name_size, __u32 value_size)
{
    return 1 + hpack_length_size(name_size) + name_size + hpack_length_size(value_size) +
           value_size;
}

/* What stands in front of the name, which is shorter than HPACK_LENGTH_SMALL: two bytes. */
static __always_inline __u32 hpack_write_literal(__u8 *to, __u32 name_size)
{
    to[0] = 0;
    to[1] = name_size;
    return 2;
}

/* May the block have `count` more fields, which take `size` bytes? `allowed`: what the reader has announced. */
static __always_inline bool http2_list_has_room(const struct http2 *http2,
                                                const struct http2_settings *allowed,
                                                __u32 size,
                                                __u32 count)
{
    __u64 list = (__u64)http2->hpack.list_size + size + count * (HPACK_OVERHEAD - HPACK_LEAST);

    if (allowed->list_size == ~0U)
        return true;
    return !(http2->hpack.flags & HPACK_LIST_UNKNOWN) && list <= allowed->list_size;
}

/* The first three bytes of the header of a frame that is made longer. */
static __always_inline void http2_write_frame_size(__u8 *to, __u32 size)
{
    to[0] = size >> 16;
    to[1] = size >> 8;
    to[2] = size;
}
