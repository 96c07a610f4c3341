// SPDX-License-Identifier: Apache-2.0
/* What one side sends, read whole and in pieces, against a reading of the whole by RFC 9113 and nghttp2. */
#pragma once
#include "http2_reference.h"

/* The bytes behind the preface. Returns what was read. */
static inline const struct text *frames_compare(const uint8_t *input, size_t size)
{
    static struct text expected, whole, cut;
    static struct http2 http2;
    struct reference reference = {
        .bytes = input,
        .size = size,
        .settings = {HPACK_TABLE_SIZE, HTTP2_FRAME_SIZE, ~0U},
        .text = &expected,
    };
    enum reference_is is;

    expected.size = 0;
    expected.full = false;
    must(!nghttp2_hd_inflate_new(&reference.inflater), "no memory");
    must(!nghttp2_hd_inflate_change_table_size(reference.inflater, UINT32_MAX), "no table");
    is = reference_read(&reference);
    nghttp2_hd_inflate_del(reference.inflater);

    http2_begin(&http2, HTTP2_FROM_SETTINGS, HEADER_RESPONSE);
    frames_read(&http2, input, size, (struct pieces){.sizes = {HTTP2_LINE}, .count = 1}, &whole);
    http2_begin(&http2, HTTP2_FROM_SETTINGS, HEADER_RESPONSE);
    frames_read(&http2, input, size, pieces_random(input, size, HTTP2_LINE), &cut);
    if (expected.full || whole.full || cut.full)
        return &whole;
    must(whole.size == cut.size && !memcmp(whole.bytes, cut.bytes, cut.size),
         "cutting changes what is read");
    /* A block that is not valid is noticed before its end. */
    if (is == REFERENCE_IS_BAD || (reference.in_block && http2.phase == HTTP2_BAD))
        print(&expected, "bad\n");
    if (expected.size != whole.size || memcmp(expected.bytes, whole.bytes, whole.size)) {
        fprintf(stderr,
                "expected:\n%.*sread:\n%.*s",
                expected.size,
                expected.bytes,
                whole.size,
                whole.bytes);
        fail("read as something else");
    }
    return &whole;
}
