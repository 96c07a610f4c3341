/* SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
/* The tables that an index of HPACK leads to (RFC 7541, 2.3), and how the dynamic one grows and shrinks.
 *
 * A connection that is joined late, or a table larger than what is remembered of it, leaves entries that
 * are not known (HPACK_PARTIAL). They are always the oldest: an index counts from the newest, so one that
 * leads to a known entry is exact. When a known entry had to go, all unknown ones went before it. */
#pragma once
#include "hpack_state.h"

#define HPACK_STORE_WORDS (HPACK_STORE / 8)
#define HPACK_JOINED_ENTRY 4096 /* larger ones may not have fitted into a table of unknown size */
#define HPACK_SIZE_MAX 0xffff   /* of a name or value in an entry */

static __always_inline struct hpack_entry *hpack_entry(struct hpack *hpack, __u32 number)
{
    return &hpack->entries[number & (HPACK_ENTRIES - 1)];
}

static __always_inline __u32 hpack_entry_size(const struct hpack_entry *entry)
{
    return HPACK_OVERHEAD + entry->name_size + entry->value_size;
}

static __always_inline void hpack_drop_oldest(struct hpack *hpack)
{
    hpack->size -= hpack_entry_size(hpack_entry(hpack, hpack->inserted - hpack->known));
    hpack->known--;
}

/* Makes the table fit under its limit with `more` bytes, one entry each time. True when it does. */
static __always_inline bool hpack_evict(struct hpack *hpack, __u32 more)
{
    if ((__u64)hpack->size + more <= hpack->max_size)
        return true;
    hpack->flags &= ~HPACK_PARTIAL;
    if (!hpack->known)
        return true;
    hpack_drop_oldest(hpack);
    return false;
}

/* The value, or its beginning, goes into the store. Returns where, in words. */
static __always_inline __u32 hpack_keep(struct hpack *hpack)
{
    __u32 size = hpack->value_size < HPACK_VALUE ? hpack->value_size : HPACK_VALUE;
    __u32 at = hpack->stored;

    copy_bytes(hpack->bytes + at % HPACK_STORE_WORDS * 8,
               hpack->bytes + HPACK_VALUE_AT,
               size,
               HPACK_VALUE);
    hpack->stored += (size + 7) / 8;
    return at;
}

static __always_inline bool hpack_is_wanted(const struct hpack *hpack)
{
    return hpack->kind != HPACK_OTHER || hpack->rule;
}

static __always_inline void hpack_add(struct hpack *hpack)
{
    struct hpack_entry *entry = hpack_entry(hpack, hpack->inserted);

    if (hpack->known >= HPACK_ENTRIES) {
        hpack_drop_oldest(hpack);
        hpack->flags |= HPACK_PARTIAL;
    }
    entry->name_size = hpack->name_size;
    entry->value_size = hpack->value_size;
    entry->kind = hpack->kind;
    entry->rule = hpack->rule;
    /* What is not kept looks as if it were overwritten. */
    entry->at = hpack->stored - HPACK_STORE_WORDS - 1;
    if (hpack_is_wanted(hpack))
        entry->at = hpack_keep(hpack);
    hpack->size += hpack_entry_size(entry);
    hpack->known++;
    hpack->inserted++;
}

/* The current field enters the table. False: not yet, there is more to evict. */
static __always_inline bool hpack_insert(struct hpack *hpack)
{
    __u64 size = (__u64)hpack->name_size + hpack->value_size + HPACK_OVERHEAD;

    if (size <= hpack->max_size &&
        (size > HPACK_SIZE_MAX || (hpack->flags & HPACK_UNBOUNDED && size > HPACK_JOINED_ENTRY))) {
        /* Either it is in the table now, or that is empty. */
        hpack->known = 0;
        hpack->size = 0;
        hpack->flags |= HPACK_PARTIAL;
        return true;
    }
    if (!hpack_evict(hpack, size))
        return false;
    if (hpack->size + size <= hpack->max_size)
        hpack_add(hpack);
    return true;
}

/* A new size of the table. True when it may come here. */
static __always_inline bool hpack_resize(struct hpack *hpack, __u32 size)
{
    hpack->max_size = size;
    hpack->flags &= ~HPACK_UNBOUNDED;
    if (size < HPACK_OVERHEAD)
        hpack->flags &= ~HPACK_PARTIAL;
    return !hpack->fields; /* only in front of the first field: RFC 7541, 4.2 */
}

static __always_inline void hpack_of_static(struct hpack *hpack, __u32 index)
{
    const struct hpack_static *field = &hpack_static[index % HPACK_STATIC_ROOM];
    __u32 row = index % HPACK_STATIC_VALUES;
    __u64 *to = (__u64 *)(hpack->bytes + HPACK_VALUE_AT);

    hpack->kind = field->kind;
    hpack->name_size = field->name_size;
    hpack->value_size = field->value_size;
    hpack->value_at = HPACK_VALUE_AT;
    if (hpack->value_size)
        copy_words(to, hpack_static_values[row], HPACK_STATIC_VALUE);
}

static __always_inline bool hpack_of_dynamic(struct hpack *hpack, __u32 depth)
{
    const struct hpack_entry *entry = hpack_entry(hpack, hpack->inserted - 1 - depth);
    __u16 age = hpack->stored - entry->at;

    if (depth >= hpack->known) {
        hpack->kind = HPACK_UNKNOWN;
        hpack->name_size = 0;
        hpack->value_size = 0;
        hpack->flags |= HPACK_LIST_UNKNOWN;
        return hpack->flags & HPACK_PARTIAL;
    }
    hpack->kind = entry->kind;
    hpack->rule = entry->rule;
    hpack->name_size = entry->name_size;
    hpack->value_size = entry->value_size;
    hpack->value_at = entry->at % HPACK_STORE_WORDS * 8;
    if (age > HPACK_STORE_WORDS)
        hpack->flags |= HPACK_VALUE_LOST;
    if (entry->value_size > HPACK_VALUE)
        hpack->flags |= HPACK_VALUE_CUT;
    if (entry->kind == HPACK_UNKNOWN)
        hpack->flags |= HPACK_LIST_UNKNOWN;
    return true;
}
