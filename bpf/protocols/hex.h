/* SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
/* Four bytes to eight lower-case hexadecimal digits and back, without branches. */
#pragma once
#include "window.h"

#define NIBBLES 0x0f0f0f0f0f0f0f0fULL

static __always_inline __u64 hex_encode(__u32 bytes)
{
    __u64 x = bytes;

    x = (x | x << 16) & 0x0000ffff0000ffffULL;
    x = (x | x << 8) & 0x00ff00ff00ff00ffULL;
    x = ((x >> 4) & 0x000f000f000f000fULL) | (x & 0x000f000f000f000fULL) << 8;
    return x + '0' * EACH_BYTE + ((x + 6 * EACH_BYTE) >> 4 & EACH_BYTE) * ('a' - '9' - 1);
}

/* Decodes eight digits. Returns 0 when all are 0-9 a-f, as encoding what was decoded gives them back;
 * a mask of what differs otherwise, so that a caller can collect several answers without branching. */
static __always_inline __u64 hex_decode(__u64 digits, __u32 *bytes)
{
    __u64 x = ((digits & NIBBLES) + (digits >> 6 & EACH_BYTE) * 9) & NIBBLES;

    x = (x << 4 | x >> 8) & 0x00ff00ff00ff00ffULL;
    x = (x | x >> 8) & 0x0000ffff0000ffffULL;
    *bytes = (__u32)(x | x >> 16);
    x = hex_encode(*bytes) ^ digits;
    asm volatile("" : "+r"(x)); /* one after the other: all at once do not fit into the registers */
    return x;
}
