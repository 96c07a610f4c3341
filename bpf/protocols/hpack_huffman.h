/* SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
/* Huffman coded strings of HPACK (RFC 7541, 5.2), some symbols at a time. */
#pragma once
#include "hpack_state.h"
#include "hpack_huffman_table.h"

#define HPACK_HUFFMAN_STEP 8
#define HPACK_HUFFMAN_LONGEST 30
#define HPACK_HUFFMAN_END 256

/* Takes as many whole bytes as there is room for. */
static __always_inline void hpack_refill(struct hpack *hpack, struct window *window)
{
    __u32 at = window->at;
    __u32 count = window->size - at;
    __u32 room = (64 - hpack->bit_count) / 8;
    __u64 word;

    if (count > hpack->left)
        count = hpack->left;
    if (count > room)
        count = room;
    if (!count || hpack->bit_count > 63)
        return;
    word = __builtin_bswap64(window_word(window, at)) & ~0ULL << (64 - count * 8 & 63);
    hpack->bits |= word >> (hpack->bit_count & 63);
    hpack->bit_count += count * 8;
    hpack->left -= count;
    window->at = at + count;
}

/* A code of more than 8 bits, at the top of `code`: its length << 16 | symbol. */
static __always_inline __u32 hpack_long_symbol(__u32 code)
{
    const struct hpack_huffman_length *length;
    __u32 row = 0;
    __u32 symbol;

    for (__u32 i = 1; i < HPACK_HUFFMAN_LENGTHS; i++)
        row += ((__u64)hpack_huffman_lengths[i].first - 1 - code) >> 63;
    if (row >= HPACK_HUFFMAN_LENGTHS)
        return 0;
    length = &hpack_huffman_lengths[row];
    symbol = length->symbols + ((code - length->first) >> (32 - length->bits & 31));
    if (symbol >= HPACK_HUFFMAN_LONG_SYMBOLS)
        return 0;
    return (__u32)length->bits << 16 | hpack_huffman_long[symbol];
}

/* What is left behind the last symbol: less than 8 bits, all ones. */
static __always_inline bool hpack_is_padding(__u64 bits, __u32 count)
{
    return count < 8 && bits >> 56 == (0xff00U >> count & 0xff);
}

/* Decodes a symbol. False: there is none in the bits that were read. A function of its own: the verifier
 * would follow each of its outcomes through all rounds of a loop. */
PROVEN_ONCE bool hpack_symbol(struct hpack *hpack)
{
    __u32 symbol;
    __u32 code;
    __u32 size;
    __u32 at;

    if (!hpack)
        return false;
    code = hpack_huffman_short[hpack->bits >> 56];
    symbol = code & 0xff;
    size = code >> 8;
    if (!size) {
        code = hpack_long_symbol(hpack->bits >> 32);
        symbol = code & 0xffff;
        size = code >> 16;
    }
    if (size > hpack->bit_count || symbol == HPACK_HUFFMAN_END)
        return false;
    at = hpack->text_at + hpack->text;
    if (hpack->text < hpack->text_room && at < HPACK_BYTES)
        hpack->bytes[at] = (__u8)symbol;
    hpack->text++;
    hpack->bits <<= size & 63;
    hpack->bit_count -= size;
    return true;
}

/* True when the string ends here. */
PROVEN_ONCE bool hpack_huffman(struct hpack *hpack, struct window *window)
{
    bool more = true;

    if (!hpack || !window)
        return false;
    hpack_refill(hpack, window);
    for (__u32 i = 0; i < HPACK_HUFFMAN_STEP && more; i++)
        more = hpack_symbol(hpack);
    if (more || (hpack->left && hpack->bit_count < HPACK_HUFFMAN_LONGEST))
        return false;
    if (!hpack_is_padding(hpack->bits, hpack->bit_count))
        hpack->phase = HPACK_BAD;
    return true;
}
