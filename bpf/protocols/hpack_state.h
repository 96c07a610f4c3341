/* SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
/* How far the decoder of one direction of a connection has come, and its dynamic table.
 *
 * Of every entry the table remembers the sizes, because they decide what it holds; values only of fields
 * that something is wanted of. They stand in a ring of bytes, each in one piece: the last one of a round
 * may reach into the spill behind it. For a table of 4,096 bytes, the usual size, there is room whatever is
 * in it. A larger one may have more entries, or values, than that: the oldest are forgotten. */
#pragma once
#include "hpack_static.h"

#define HPACK_ENTRIES 128 /* a power of 2: as many as 4,096 bytes have room for */
#define HPACK_OVERHEAD 32 /* RFC 7541, 4.1: what an entry costs beside its name and value */
#define HPACK_TABLE_SIZE 4096
#define HPACK_STORE 4096 /* bytes of values, a power of 2 */
#define HPACK_NAME 64    /* characters of a name that are looked at */
#define HPACK_VALUE 512  /* the longest value that is kept */
#define HPACK_COPY 256   /* bytes of a string taken at once */
#define HPACK_NAME_AT (HPACK_STORE + HPACK_VALUE)
#define HPACK_VALUE_AT (HPACK_NAME_AT + HPACK_NAME)
#define HPACK_BYTES (HPACK_VALUE_AT + HPACK_VALUE + HPACK_COPY)

enum hpack_phase : __u8 {
    HPACK_START,   /* at the first byte of a field */
    HPACK_INTEGER, /* in an integer that its first byte did not hold */
    HPACK_LENGTH,  /* at the first byte of a string */
    HPACK_STRING,  /* in its characters */
    HPACK_INSERT,  /* makes room in the table, then adds the field */
    HPACK_SHRINK,  /* the table has become smaller */
    HPACK_FIELD,   /* a field is complete */
    HPACK_BAD,
};

/* How a field is written. */
enum hpack_form : __u8 {
    HPACK_INDEXED,
    HPACK_INDEXING, /* literal that enters the table */
    HPACK_SIZE,     /* no field: a new size of the table */
    HPACK_LITERAL,  /* literal that does not: RFC 7541, 6.2.2 and 6.2.3 */
};

/* What an integer says. */
enum hpack_integer : __u8 {
    HPACK_FORM, /* an index, or the size of the table */
    HPACK_NAME_LENGTH,
    HPACK_VALUE_LENGTH,
};

#define HPACK_HUFFMAN (1 << 0)    /* the string is Huffman coded */
#define HPACK_PARTIAL (1 << 1)    /* there are entries that are not known, older than the others */
#define HPACK_UNBOUNDED (1 << 2)  /* how large the table may become was not seen */
#define HPACK_VALUE_LOST (1 << 3) /* the value of this field is not kept any more */
#define HPACK_VALUE_CUT (1 << 4)  /* only its first HPACK_VALUE bytes are */
#define HPACK_LIST_UNKNOWN (1 << 5) /* some field of this block is not known: nor is list_size */

struct hpack_entry {
    __u16 at; /* of the value, in words of the store, counted on without end */
    __u16 name_size;
    __u16 value_size;
    enum hpack_kind kind;
    __u8 rule; /* 1 + the header rule that names it, or 0 */
};

struct hpack {
    struct hpack_entry entries[HPACK_ENTRIES];
    __u8
        bytes[HPACK_BYTES]; /* store and spill, name and value of the current field, room to copy */
    __u64 bits;             /* of a Huffman code: read and not decoded, the first one highest */
    __u32 bit_count;
    __u32 inserted; /* entries ever; the newest is entries[inserted - 1] */
    __u32 known;    /* how many of the newest ones are known */
    __u32 size;     /* of these */
    __u32 max_size;
    __u32 stored; /* words ever written to the store */
    __u32 integer;
    __u32 left; /* bytes of the string that are still to come */
    __u32 text; /* its characters so far */
    __u32 text_at;
    __u32 text_room; /* how many of them are kept */
    __u32 name_size; /* of the current field */
    __u32 value_size;
    __u32 value_at;  /* in bytes[] */
    __u32 fields;    /* complete ones of this block */
    __u32 list_size; /* of this block, as SETTINGS_MAX_HEADER_LIST_SIZE counts: RFC 9113, 6.5.2 */
    __u8 shift;
    __u8 flags;
    enum hpack_phase phase;
    enum hpack_form form;
    enum hpack_integer means;
    enum hpack_kind kind;
    __u8 rule;
    __u8 direction; /* HEADER_… that header rules must be wanted for */
};

/* `known`: the connection is followed from its first byte. */
static __always_inline void hpack_begin(struct hpack *hpack, __u8 direction, bool known)
{
    hpack->inserted = 0;
    hpack->known = 0;
    hpack->size = 0;
    hpack->stored = 0;
    hpack->flags = known ? 0 : HPACK_PARTIAL | HPACK_UNBOUNDED;
    hpack->max_size = known ? HPACK_TABLE_SIZE : ~0U;
    hpack->phase = HPACK_START;
    hpack->direction = direction;
}

static __always_inline void hpack_block_begins(struct hpack *hpack)
{
    hpack->fields = 0;
    hpack->list_size = 0;
    hpack->flags &= ~HPACK_LIST_UNKNOWN;
    hpack->phase = HPACK_START;
}
