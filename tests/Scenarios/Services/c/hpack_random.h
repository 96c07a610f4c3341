// SPDX-License-Identifier: Apache-2.0
// An encoder of header blocks (RFC 7541) that chooses each representation by chance: indexed or literal,
// with, without or never with indexing, names as an index or as text, texts plain or in Huffman code. Only
// the Huffman code is nghttp2's.
#pragma once
#include <assert.h>
#include <nghttp2/nghttp2.h>
#include <stdbool.h>
#include "random.h"

#define TABLE_ENTRIES 2048
#define TABLE_SIZE 4096
#define ENTRY_OVERHEAD 32
#define STATIC_ENTRIES 61
#define FIELD_MAX 17000

struct field {
    const char *name;
    const char *value;
};

struct encoder {
    struct field entries
        [TABLE_ENTRIES]; /* its own copies; entries[(first + i) % TABLE_ENTRIES] is the i-th newest */
    unsigned first;
    unsigned count;
    size_t size;
    size_t limit;
    size_t most; /* what the limit may be raised to */
    nghttp2_hd_deflater *huffman;
};

/* Of the static table what is used here; without a value, the name alone. */
static const struct {
    unsigned index;
    struct field field;
} static_fields[] = {
    {1, {":authority", ""}},
    {2, {":method", "GET"}},
    {3, {":method", "POST"}},
    {4, {":path", "/"}},
    {5, {":path", "/index.html"}},
    {6, {":scheme", "http"}},
    {16, {"accept-encoding", "gzip, deflate"}},
    {19, {"accept", ""}},
    {31, {"content-type", ""}},
    {32, {"cookie", ""}},
    {51, {"referer", ""}},
    {58, {"user-agent", ""}},
};

static void encoder_begin(struct encoder *e, size_t most)
{
    *e = (struct encoder){.limit = TABLE_SIZE, .most = most};
    if (nghttp2_hd_deflate_new(&e->huffman, 0))
        abort();
}

static size_t field_size(struct field f)
{
    return strlen(f.name) + strlen(f.value) + ENTRY_OVERHEAD;
}

static struct field *encoder_entry(struct encoder *e, unsigned i)
{
    return &e->entries[(e->first + i) % TABLE_ENTRIES];
}

static void encoder_evict(struct encoder *e, size_t limit)
{
    while (e->size > limit) {
        struct field *oldest = encoder_entry(e, --e->count);

        e->size -= field_size(*oldest);
        free((char *)oldest->name);
        free((char *)oldest->value);
    }
}

static void encoder_add(struct encoder *e, struct field f)
{
    struct field copy = {strdup(f.name), strdup(f.value)};

    if (field_size(f) > e->limit) {
        encoder_evict(e, 0);
        free((char *)copy.name);
        free((char *)copy.value);
        return;
    }
    encoder_evict(e, e->limit - field_size(f));
    e->first = (e->first + TABLE_ENTRIES - 1) % TABLE_ENTRIES;
    e->entries[e->first] = copy;
    e->count++;
    e->size += field_size(f);
}

static void encoder_end(struct encoder *e)
{
    encoder_evict(e, 0);
    nghttp2_hd_deflate_del(e->huffman);
}

/* The index of a whole field, or of its name alone, or 0. */
static unsigned encoder_find(struct encoder *e, struct field f, bool whole)
{
    for (unsigned i = 0; i < e->count; i++) {
        const struct field *entry = encoder_entry(e, i);

        if (!strcmp(entry->name, f.name) && (!whole || !strcmp(entry->value, f.value)))
            return STATIC_ENTRIES + 1 + i;
    }
    for (unsigned i = 0; i < sizeof(static_fields) / sizeof(*static_fields); i++) {
        const struct field *entry = &static_fields[i].field;

        if (!strcmp(entry->name, f.name) &&
            (!whole || (*entry->value && !strcmp(entry->value, f.value))))
            return static_fields[i].index;
    }
    return 0;
}

static void put_number(struct text *t, uint8_t first, unsigned bits, size_t number)
{
    unsigned most = (1U << bits) - 1;

    if (number < most) {
        put_byte(t, first | number);
        return;
    }
    put_byte(t, first | most);
    for (number -= most; number >= 128; number >>= 7)
        put_byte(t, 128 | (number & 127));
    put_byte(t, number);
}

/* nghttp2 writes it as the value of a field that is never indexed; it stands behind four bytes at most. */
static void put_huffman(struct text *t, struct encoder *e, const char *text)
{
    static uint8_t block[FIELD_MAX + 64];
    nghttp2_nv field = {
        .name = (uint8_t *)"x",
        .value = (uint8_t *)text,
        .namelen = 1,
        .valuelen = strlen(text),
        .flags = NGHTTP2_NV_FLAG_NO_INDEX,
    };
    ssize_t size = nghttp2_hd_deflate_hd(e->huffman, block, sizeof(block), &field, 1);
    size_t from = block[0] == 0x20 ? 4 : 3; /* the first one says that the table has no room */

    assert(size > 0 && block[from - 3] == 0x10 && block[from - 2] == 1 && block[from - 1] == 'x');
    memcpy(text_room(t, size - from), block + from, size - from);
}

static void put_text(struct text *t, struct encoder *e, struct random *r, const char *text)
{
    if (random_below(r, 5) < 3) {
        put_huffman(t, e, text);
        return;
    }
    put_number(t, 0, 7, strlen(text));
    put(t, text);
}

static void put_field(struct text *t, struct encoder *e, struct random *r, struct field f)
{
    static const struct {
        uint8_t first;
        unsigned bits;
    } literals[] = {{0x40, 6}, {0x40, 6}, {0x00, 4}, {0x10, 4}};
    unsigned way = random_below(r, 4);
    unsigned index = encoder_find(e, f, true);

    if (index && !one_of(r, 6)) {
        put_number(t, 0x80, 7, index);
        return;
    }
    index = one_of(r, 4) ? 0 : encoder_find(e, f, false);
    put_number(t, literals[way].first, literals[way].bits, index);
    if (!index)
        put_text(t, e, r, f.name);
    put_text(t, e, r, f.value);
    if (literals[way].first == 0x40)
        encoder_add(e, f);
}

/* Only where a block begins. */
static void put_table_size(struct text *t, struct encoder *e, size_t limit)
{
    put_number(t, 0x20, 5, limit);
    e->limit = limit;
    encoder_evict(e, limit);
}
