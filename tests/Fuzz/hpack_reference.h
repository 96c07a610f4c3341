// SPDX-License-Identifier: Apache-2.0
/* Reads header blocks with struct hpack, cut into pieces, beside nghttp2, and compares field by field. */
#pragma once
#include "pieces.h"
#include <nghttp2/nghttp2.h>
#include "protocols/hpack.h"

#define REFERENCE_LINE (WINDOW_SIZE / 2)

struct hpack_pair {
    struct hpack hpack;
    nghttp2_hd_inflater *inflater;
    bool joined;    /* our side did not see the first blocks */
    bool forgetful; /* more entries than are remembered, at some time */
    bool nameless;  /* an entry was added whose name is one of an unknown entry */
    void (*each)(const struct hpack *hpack, void *context); /* called for each field, or NULL */
    void *context;
};

static inline enum hpack_kind reference_kind(const uint8_t *name, size_t size)
{
    static const struct {
        const char *name;
        __u8 kind;
    } kinds[] = {
        {":method", HPACK_METHOD},
        {":path", HPACK_PATH},
        {":authority", HPACK_AUTHORITY},
        {":scheme", HPACK_SCHEME},
        {":status", HPACK_STATUS},
        {"host", HPACK_HOST},
        {"content-type", HPACK_CONTENT_TYPE},
        {"content-length", HPACK_CONTENT_LENGTH},
        {"grpc-status", HPACK_GRPC_STATUS},
        {"grpc-message", HPACK_GRPC_MESSAGE},
        {"user-agent", HPACK_USER_AGENT},
        {"forwarded", HPACK_FORWARDED},
        {"x-forwarded-for", HPACK_FORWARDED_FOR},
        {"x-forwarded-host", HPACK_FORWARDED_HOST},
        {"x-forwarded-proto", HPACK_FORWARDED_PROTO},
        {"traceparent", HTTP1_NAME_TRACEPARENT},
        {"tracestate", HTTP1_NAME_TRACESTATE},
        {"baggage", HTTP1_NAME_BAGGAGE},
        {"b3", HTTP1_NAME_B3},
        {"x-b3-traceid", HTTP1_NAME_B3_TRACE_ID},
        {"x-b3-spanid", HTTP1_NAME_B3_SPAN_ID},
        {"x-b3-parentspanid", HTTP1_NAME_B3_PARENT_ID},
        {"x-b3-sampled", HTTP1_NAME_B3_SAMPLED},
        {"x-b3-flags", HTTP1_NAME_B3_FLAGS},
    };

    for (__u32 i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        if (strlen(kinds[i].name) == size && !memcmp(kinds[i].name, name, size))
            return (enum hpack_kind)kinds[i].kind;
    return HPACK_OTHER;
}

/* Two names that a user may have chosen: one of the static table, one that is not. */
static inline void reference_rules(void)
{
    static const char *const names[] = {"user-agent", "x-tenant"};

    for (__u32 rule = 0; rule < 2; rule++) {
        __u8 *name = (__u8 *)&header_rules.names[rule * HEADER_NAME_SIZE / 8];
        __u8 *mask = (__u8 *)&header_rules.masks[rule * HEADER_NAME_SIZE / 8];

        header_rules.sizes[rule] = strlen(names[rule]);
        header_rules.uses[rule] = HEADER_REQUEST;
        header_rules.letters |= 1U << (names[rule][0] & 31);
        memcpy(name, names[rule], strlen(names[rule]));
        memset(mask, 0xff, strlen(names[rule]));
    }
}

static inline __u8 reference_rule(const uint8_t *name, size_t size)
{
    if (size == 10 && !memcmp(name, "user-agent", size))
        return 1;
    return size == 8 && !memcmp(name, "x-tenant", size) ? 2 : 0;
}

static inline void pair_begin(struct hpack_pair *pair, bool joined)
{
    memset(pair, 0xa5, sizeof(*pair));
    reference_rules();
    hpack_begin(&pair->hpack, HEADER_REQUEST, !joined);
    pair->joined = joined;
    pair->forgetful = false;
    pair->nameless = false;
    pair->each = NULL;
    must(!nghttp2_hd_inflate_new(&pair->inflater), "no memory");
    must(!nghttp2_hd_inflate_change_table_size(pair->inflater, UINT32_MAX), "no table");
}

static inline void pair_end(struct hpack_pair *pair)
{
    nghttp2_hd_inflate_del(pair->inflater);
}

/* The next field that nghttp2 reads. 1: there is one, 0: the block ends, -1: it is not valid. */
static inline int reference_field(struct hpack_pair *pair,
                                  const uint8_t **bytes,
                                  size_t *size,
                                  nghttp2_nv *field)
{
    for (;;) {
        int flags = 0;
        ssize_t used = nghttp2_hd_inflate_hd2(pair->inflater, field, &flags, *bytes, *size, 1);

        if (used < 0)
            return -1;
        *bytes += used;
        *size -= used;
        if (nghttp2_hd_inflate_get_num_table_entries(pair->inflater) >
            HPACK_STATIC_COUNT + HPACK_ENTRIES)
            pair->forgetful = true;
        if (flags & NGHTTP2_HD_INFLATE_EMIT)
            return 1;
        if (flags & NGHTTP2_HD_INFLATE_FINAL) {
            nghttp2_hd_inflate_end_headers(pair->inflater);
            return 0;
        }
        if (!used && !*size)
            return -1;
    }
}

/* Values are kept of tables up to this size, whatever is in them. */
#define REFERENCE_KEPT 4096

static inline void check_field(struct hpack_pair *pair, const nghttp2_nv *field)
{
    const struct hpack *hpack = &pair->hpack;
    enum hpack_kind kind = reference_kind(field->name, field->namelen);
    __u8 rule = reference_rule(field->name, field->namelen);
    size_t size;

    if (hpack->kind == HPACK_UNKNOWN) {
        must(pair->joined || pair->forgetful, "a field is unknown");
        pair->nameless |= hpack->form == HPACK_INDEXING;
        must(pair->nameless || hpack->known + HPACK_STATIC_COUNT <
                                   nghttp2_hd_inflate_get_num_table_entries(pair->inflater),
             "a field is unknown though all entries are known");
        must(hpack->flags & HPACK_LIST_UNKNOWN, "a size that is known of a field that is not");
        return;
    }
    must(hpack->name_size == field->namelen, "another name");
    must(hpack->value_size == field->valuelen, "another value");
    must(hpack->kind == kind, "another kind");
    must(hpack->rule == rule, "another rule");
    if (kind == HPACK_OTHER && !rule)
        return;
    if (hpack->flags & HPACK_VALUE_LOST) {
        must(hpack->form == HPACK_INDEXED, "a value is lost");
        must(pair->joined || hpack->max_size > REFERENCE_KEPT, "a value of a small table is lost");
        return;
    }
    must(!(hpack->flags & HPACK_VALUE_CUT) == (field->valuelen <= HPACK_VALUE), "another cut");
    size = field->valuelen < HPACK_VALUE ? field->valuelen : HPACK_VALUE;
    must(hpack->value_at + size <= HPACK_BYTES, "a value outside");
    must(!memcmp(hpack->bytes + hpack->value_at, field->value, size), "another text");
}

static inline void check_table(const struct hpack_pair *pair)
{
    const struct hpack *hpack = &pair->hpack;
    size_t entries = nghttp2_hd_inflate_get_num_table_entries(pair->inflater);

    must(hpack->flags & HPACK_PARTIAL ? pair->joined || pair->forgetful
                                      : hpack->known + HPACK_STATIC_COUNT >= entries,
         "entries are missing");
    if (pair->joined || pair->forgetful)
        return;
    must(hpack->known + HPACK_STATIC_COUNT == entries, "another number of entries");
    must(hpack->size == nghttp2_hd_inflate_get_dynamic_table_size(pair->inflater),
         "a table of another size");
}

/* Reads a block. False: it is not valid, by both. */
static inline bool pair_read(struct hpack_pair *pair,
                             const uint8_t *bytes,
                             size_t size,
                             struct pieces pieces)
{
    static struct window window;
    struct hpack *hpack = &pair->hpack;
    const uint8_t *rest = bytes;
    size_t left = size, at = 0;
    __u64 list_size = 0;
    __u32 steps = 0;
    nghttp2_nv field;
    int is;

    hpack_block_begins(hpack);
    window.at = window.size = 0;
    for (;;) {
        if (hpack_waits(hpack, &window)) {
            __u32 piece;

            if (hpack->phase == HPACK_BAD || at == size)
                break;
            piece = piece_size(&pieces, size - at, REFERENCE_LINE);
            window_soil(&window);
            memcpy(window.bytes, bytes + at, piece);
            window.at = 0;
            window.size = piece;
            window.line = REFERENCE_LINE;
            at += piece;
        }
        must(steps++ <= 4 * size + 4 * HPACK_ENTRIES, "stands still");
        hpack_step(hpack, &window);
        if (hpack->phase != HPACK_FIELD)
            continue;
        is = reference_field(pair, &rest, &left, &field);
        must(is == 1, is ? "a field that is not valid" : "a field too many");
        check_field(pair, &field);
        if (pair->each)
            pair->each(hpack, pair->context);
        list_size += field.namelen + field.valuelen + HPACK_OVERHEAD;
        if (!(hpack->flags & HPACK_LIST_UNKNOWN))
            must(hpack->list_size == list_size, "a list of another size");
        hpack_next(hpack);
    }
    is = reference_field(pair, &rest, &left, &field);
    must(is != 1, "a field is missing");
    must((is == 0) == (hpack->phase == HPACK_START), "valid by one reading only");
    if (is == 0)
        check_table(pair);
    return is == 0;
}
