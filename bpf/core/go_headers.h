/* SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
/* Has a program of Go put a context into the fields of its request? Fields are looked up where it keeps them:
 * in a map, whose form changed with Go 1.24, or in a slice. Read are the names only. What is too large to be
 * looked through counts as yes. */
#pragma once
#include "goroutine.h"
#include "../protocols/window.h"

#define GO_HEADER_KEYS 256 /* looked at, at most */
#define GO_FIELDS 64
#define GO_GROUP_KEYS 8 /* keys of a bucket, or group: behind one byte for each */
#define GO_GROUP_HEAD 8

/* map[string][]string as buckets: keys, then values, then where it goes on. */
#define GO_BUCKET_SIZE 336
#define GO_BUCKET_NEXT 328
#define GO_MAP_SAME_SIZE 8 /* it grows to as many buckets as it had */
/* As a Swiss table: each key with its value. */
#define GO_GROUP_SIZE 328
#define GO_SLOT_SIZE 40

#define GO_FIELD_SIZE 40 /* hpack.HeaderField */

struct go_string {
    __u64 text;
    __u64 size;
};

/* A walk through the keys of a map. */
struct go_keys {
    __u64 group;
    __u64 array; /* the group in its array that led there */
    __u64 old;   /* buckets that it had before it grew, which are emptied little by little */
    __u32 left;  /* groups of the array behind this one */
    __u32 old_left;
    __u32 slot_size;
    __u32 swiss;
    __u8 ended;
    __u8 found;
    __u8 pad[6];
};

/* traceparent, b3, x-b3-…, in any case. What cannot be read counts as one. */
static __always_inline bool go_names_context(__u64 at)
{
    struct go_string name;
    __u64 word = 0;

    if (bpf_probe_read_user(&name, sizeof(name), (const void *)at))
        return true;
    if (name.size != 2 && (name.size < 10 || name.size > 17))
        return false;
    if (bpf_probe_read_user(&word, name.size == 2 ? 2 : 8, (const void *)name.text))
        return true;
    word |= EACH_BYTE * 0x20; /* hyphens and digits have that bit */
    if (name.size == 2)
        return (word & 0xffff) == ('b' | '3' << 8);
    return word == WORD('t', 'r', 'a', 'c', 'e', 'p', 'a', 'r') ||
           (word & 0xffffffffff) == WORD('x', '-', 'b', '3', '-', 0, 0, 0);
}

static __always_inline bool go_keys_advance(struct go_keys *keys)
{
    __u64 next = 0;

    if (!keys->swiss &&
        bpf_probe_read_user(&next, sizeof(next), (const void *)(keys->group + GO_BUCKET_NEXT)))
        return false;
    if (next) {
        keys->group = next;
        return true;
    }
    if (!keys->left) {
        keys->ended = !keys->old;
        keys->array = keys->old;
        keys->left = keys->old_left;
        keys->old = 0;
    } else {
        keys->left--;
        keys->array += keys->swiss ? GO_GROUP_SIZE : GO_BUCKET_SIZE;
    }
    keys->group = keys->array;
    return !keys->ended;
}

static long go_keys_step(__u32 index, void *state)
{
    struct go_keys *keys = state;
    __u32 slot = index % GO_GROUP_KEYS;

    if (index && !slot && !go_keys_advance(keys))
        return 1;
    keys->found = go_names_context(keys->group + GO_GROUP_HEAD + slot * keys->slot_size);
    return keys->found;
}

/* As a Swiss table with one group, or with a directory of one table. */
static __always_inline bool go_keys_begin_swiss(struct go_keys *keys, const __u64 *map)
{
    __u64 table[4]; /* counts, index, groups, one less than how many they are */

    keys->slot_size = GO_SLOT_SIZE;
    keys->array = map[2];
    if (!map[3])
        return true;
    if (map[3] > 1 || bpf_probe_read_user(table, sizeof(table), (const void *)go_word(keys->array)))
        return false;
    keys->array = table[2];
    keys->left = (__u32)table[3];
    return true;
}

static __always_inline bool go_keys_begin_buckets(struct go_keys *keys, const __u64 *map)
{
    __u32 buckets = 1U << (map[1] >> 8 & 7);

    keys->slot_size = sizeof(struct go_string);
    keys->array = map[2];
    keys->left = buckets - 1;
    keys->old = map[3];
    keys->old_left = map[1] & GO_MAP_SAME_SIZE ? buckets - 1 : buckets / 2 - 1;
    return (map[1] >> 8 & 0xff) < 8;
}

/* `header`: http.Header, which is a map. */
static __always_inline bool go_header_has_context(__u64 header, bool swiss)
{
    struct go_keys keys = {.swiss = swiss};
    __u64 map[4]; /* count, form, groups or directory, size of the directory or old buckets */

    if (!header)
        return false;
    if (bpf_probe_read_user(map, sizeof(map), (const void *)header))
        return true;
    if (!map[0])
        return false;
    if (!(swiss ? go_keys_begin_swiss(&keys, map) : go_keys_begin_buckets(&keys, map)))
        return true;
    keys.group = keys.array;
    repeat(GO_HEADER_KEYS, go_keys_step, &keys);
    return keys.found || !keys.ended;
}

static long go_fields_step(__u32 index, void *state)
{
    __u64 *fields = state;

    if (!go_names_context(*fields + index * GO_FIELD_SIZE))
        return 0;
    *fields = 0;
    return 1;
}

/* `slice`: of hpack.HeaderField. */
static __always_inline bool go_fields_have_context(__u64 slice)
{
    __u64 fields[2];

    if (bpf_probe_read_user(fields, sizeof(fields), (const void *)slice) || fields[1] > GO_FIELDS)
        return true;
    bpf_loop((__u32)fields[1], go_fields_step, fields, 0);
    return !fields[0];
}
