/* SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
/* Header blocks of HTTP/2 (HPACK, RFC 7541), decoded completely: only who has read all of them knows
 * what an index means.
 *
 * A block is read as a stream: hpack_step() does one small thing, a byte of an integer or a piece of a
 * string, with the bytes between window->at and window->size, and remembers in `struct hpack` where it
 * is. The bytes may be cut anywhere. When a field is complete (HPACK_FIELD), kind, sizes and the place of
 * its value are there until hpack_next().
 *
 *   while (!hpack_waits(hpack, window)) {
 *       hpack_step(hpack, window);
 *       if (hpack->phase == HPACK_FIELD) { ...; hpack_next(hpack); }
 *   }
 *
 * How large the encoder makes its table is its own affair: what the other side allowed may be on its way
 * still, so it is not compared. */
#pragma once
#include "header_rules.h"
#include "hpack_huffman.h"
#include "hpack_table.h"

#define HPACK_INTEGER_SHIFT 28      /* RFC 7541, 5.1: limits are for the reader to choose */
#define HPACK_STRING_MAX (1U << 24) /* as long as the longest frame */

/* The name that stands in the window at window->line: a rule of the user's? A colon is put behind it. */
static __always_inline void hpack_rule(struct hpack *hpack, struct window *window)
{
    __u32 line = window->line & (WINDOW_SIZE - 1);
    int rule;

    if (!header_rule_may_start(window->bytes[line]))
        return;
    rule = header_rule_find(window, line, hpack->direction);
    if (rule >= 0 && header_rules.sizes[rule & (HEADER_RULES_MAX - 1)] == hpack->name_size)
        hpack->rule = rule + 1;
}

/* A name was read. */
PROVEN_ONCE int hpack_name(struct hpack *hpack, struct window *window)
{
    __u32 line;

    if (!hpack || !window || hpack->name_size >= HPACK_NAME)
        return 0;
    line = window->line & (WINDOW_SIZE - 1);
    copy_words(window->bytes + line, hpack->bytes + HPACK_NAME_AT, HPACK_NAME);
    window->bytes[line + (hpack->name_size & (HPACK_NAME - 1))] = ':';
    if (hpack_has_capitals(window, line, hpack->name_size))
        return 0;
    hpack->kind = hpack_kind(window, line, hpack->name_size);
    hpack_rule(hpack, window);
    return 0;
}

/* An entry of the static table: its kind is known, but the user may have named it too. */
PROVEN_ONCE int hpack_static_rule(struct hpack *hpack, struct window *window, __u32 index)
{
    __u32 line;

    if (!hpack || !window)
        return 0;
    line = window->line & (WINDOW_SIZE - 1);
    copy_words(
        window->bytes + line, hpack_static_names[index % HPACK_STATIC_ROOM], HPACK_STATIC_NAME);
    window->bytes[line + (hpack->name_size & (HPACK_STATIC_NAME - 1))] = ':';
    hpack_rule(hpack, window);
    return 0;
}

/* False: there is no such entry. */
static __always_inline bool hpack_find(struct hpack *hpack, struct window *window, __u32 index)
{
    if (index > HPACK_STATIC_COUNT)
        return hpack_of_dynamic(hpack, index - HPACK_STATIC_COUNT - 1);
    hpack_of_static(hpack, index);
    if (header_rules.letters)
        hpack_static_rule(hpack, window, index);
    return true;
}

static __always_inline void hpack_complete(struct hpack *hpack)
{
    hpack->fields++;
    hpack->list_size += hpack->name_size + hpack->value_size + HPACK_OVERHEAD;
    hpack->phase = HPACK_FIELD;
}

static __always_inline void hpack_string_begins(struct hpack *hpack)
{
    bool name = hpack->means == HPACK_NAME_LENGTH;

    hpack->left = hpack->integer;
    hpack->bits = 0;
    hpack->bit_count = 0;
    hpack->text = 0;
    hpack->text_at = name ? HPACK_NAME_AT : HPACK_VALUE_AT;
    hpack->text_room = name ? HPACK_NAME : hpack_is_wanted(hpack) ? HPACK_VALUE : 0;
    hpack->phase = hpack->left < HPACK_STRING_MAX ? HPACK_STRING : HPACK_BAD;
}

/* The index of a field, or of its name; 0: the name follows. */
static __always_inline void hpack_index(struct hpack *hpack, struct window *window)
{
    __u32 index = hpack->integer;

    if (index ? !hpack_find(hpack, window, index) : hpack->form == HPACK_INDEXED) {
        hpack->phase = HPACK_BAD;
        return;
    }
    if (hpack->form == HPACK_INDEXED) {
        hpack_complete(hpack);
        return;
    }
    hpack->means = index ? HPACK_VALUE_LENGTH : HPACK_NAME_LENGTH;
    hpack->phase = HPACK_LENGTH;
    hpack->flags &= ~(HPACK_VALUE_LOST | HPACK_VALUE_CUT);
}

static __always_inline void hpack_integer_ends(struct hpack *hpack, struct window *window)
{
    if (hpack->means != HPACK_FORM)
        hpack_string_begins(hpack);
    else if (hpack->form == HPACK_SIZE)
        hpack->phase = hpack_resize(hpack, hpack->integer) ? HPACK_SHRINK : HPACK_BAD;
    else
        hpack_index(hpack, window);
}

/* The first byte of a field: its highest bits say how it is written. Returns the mask of the others. */
static __always_inline __u32 hpack_field_begins(struct hpack *hpack, __u8 first)
{
    hpack->means = HPACK_FORM;
    hpack->kind = HPACK_OTHER;
    hpack->rule = 0;
    hpack->flags &= ~(HPACK_VALUE_LOST | HPACK_VALUE_CUT);
    if (first & 0x80) {
        hpack->form = HPACK_INDEXED;
        return 0x7f;
    }
    if (first & 0x40) {
        hpack->form = HPACK_INDEXING;
        return 0x3f;
    }
    if (first & 0x20) {
        hpack->form = HPACK_SIZE;
        return 0x1f;
    }
    hpack->form = HPACK_LITERAL;
    return 0x0f;
}

static __always_inline __u32 hpack_length_begins(struct hpack *hpack, __u8 first)
{
    hpack->flags &= ~HPACK_HUFFMAN;
    if (first & 0x80)
        hpack->flags |= HPACK_HUFFMAN;
    return 0x7f;
}

/* The next byte of an integer. True when it is the last one. */
static __always_inline bool hpack_integer_goes_on(struct hpack *hpack, __u8 byte)
{
    __u64 integer = hpack->integer + ((__u64)(byte & 0x7f) << (hpack->shift & 31));

    hpack->integer = integer;
    if (integer > 0xffffffffU || hpack->shift > HPACK_INTEGER_SHIFT)
        hpack->phase = HPACK_BAD;
    hpack->shift += 7;
    return !(byte & 0x80);
}

/* The first byte of a field or string. True when it holds the whole integer. */
static __always_inline bool hpack_integer_begins(struct hpack *hpack, __u8 byte)
{
    __u32 mask = hpack->phase == HPACK_START ? hpack_field_begins(hpack, byte)
                                             : hpack_length_begins(hpack, byte);

    hpack->integer = byte & mask;
    hpack->shift = 0;
    hpack->phase = HPACK_INTEGER;
    return hpack->integer != mask;
}

/* One byte that belongs to no string. */
PROVEN_ONCE int hpack_byte(struct hpack *hpack, struct window *window)
{
    bool ends;
    __u8 byte;

    if (!hpack || !window)
        return 0;
    byte = window_byte(window, window->at);
    window->at++;
    ends = hpack->phase == HPACK_INTEGER ? hpack_integer_goes_on(hpack, byte)
                                         : hpack_integer_begins(hpack, byte);
    if (ends && hpack->phase != HPACK_BAD)
        hpack_integer_ends(hpack, window);
    return 0;
}

static __always_inline void hpack_string_ends(struct hpack *hpack, struct window *window)
{
    if (hpack->means == HPACK_NAME_LENGTH) {
        hpack->name_size = hpack->text;
        hpack->means = HPACK_VALUE_LENGTH;
        hpack->phase = HPACK_LENGTH;
        hpack_name(hpack, window);
        return;
    }
    hpack->value_size = hpack->text;
    hpack->value_at = HPACK_VALUE_AT;
    if (hpack->value_size > HPACK_VALUE)
        hpack->flags |= HPACK_VALUE_CUT;
    if (hpack->form == HPACK_INDEXING)
        hpack->phase = HPACK_INSERT;
    else
        hpack_complete(hpack);
}

/* A piece of a string that is not coded. True when it is complete. */
static __always_inline bool hpack_plain(struct hpack *hpack, struct window *window)
{
    __u32 at = window->at;
    __u32 size = window->size - at;
    __u32 to = hpack->text_at + hpack->text;
    __u32 kept;

    if (size > hpack->left)
        size = hpack->left;
    if (hpack->text < hpack->text_room) {
        if (size > HPACK_COPY)
            size = HPACK_COPY;
        kept = hpack->text_room - hpack->text;
        if (kept > size)
            kept = size;
        if (to <= HPACK_BYTES - HPACK_COPY && kept <= HPACK_COPY)
            copy_bytes(
                hpack->bytes + to, window->bytes + (at & (WINDOW_SIZE - 1)), kept, HPACK_COPY);
    }
    hpack->text += size;
    hpack->left -= size;
    window->at = at + size;
    return !hpack->left;
}

/* True: nothing can be done without more bytes, or at all. */
static __always_inline bool hpack_waits(const struct hpack *hpack, const struct window *window)
{
    if (hpack->phase == HPACK_BAD)
        return true;
    if (window->at < window->size)
        return false;
    return hpack->phase < HPACK_STRING || (hpack->phase == HPACK_STRING && hpack->left);
}

static __always_inline void hpack_step(struct hpack *hpack, struct window *window)
{
    bool ends;

    switch (hpack->phase) {
    case HPACK_STRING:
        ends = hpack->flags & HPACK_HUFFMAN ? hpack_huffman(hpack, window)
                                            : hpack_plain(hpack, window);
        if (ends && hpack->phase == HPACK_STRING)
            hpack_string_ends(hpack, window);
        break;
    case HPACK_INSERT:
        if (hpack_insert(hpack))
            hpack_complete(hpack);
        break;
    case HPACK_SHRINK:
        if (hpack_evict(hpack, 0))
            hpack->phase = HPACK_START;
        break;
    case HPACK_FIELD:
    case HPACK_BAD:
        break;
    default:
        hpack_byte(hpack, window);
        break;
    }
}

static __always_inline void hpack_next(struct hpack *hpack)
{
    hpack->phase = HPACK_START;
}
