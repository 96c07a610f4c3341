// SPDX-License-Identifier: Apache-2.0
/* Header fields, taken from the bytes that a fuzzer makes up, and encoded by nghttp2. */
#pragma once
#include <nghttp2/nghttp2.h>
#include "pieces.h"

#define FIELDS_MAX 24

struct bytes {
    const uint8_t *at;
    size_t size;
};

static inline uint8_t take(struct bytes *bytes)
{
    if (!bytes->size)
        return 0;
    bytes->size--;
    return *bytes->at++;
}

/* Up to `limit` bytes of the input itself. */
static inline void take_text(struct bytes *bytes, size_t limit, uint8_t **text, size_t *size)
{
    *size = limit < bytes->size ? limit : bytes->size;
    *text = (uint8_t *)bytes->at;
    bytes->at += *size;
    bytes->size -= *size;
}

static inline void take_field(struct bytes *bytes, nghttp2_nv *field)
{
    static const char *const names[] = {
        ":method",
        ":path",
        ":authority",
        ":status",
        "content-type",
        "content-length",
        "grpc-status",
        "traceparent",
        "tracestate",
        "baggage",
        "b3",
        "x-b3-traceid",
        "x-b3-parentspanid",
        "user-agent",
        "x-tenant",
        "x-forwarded-for",
        "x-forwarded-host",
        "x-forwarded-proto",
        "forwarded",
        "host",
        "te",
        "cookie",
    };
    static const char *const values[] = {"", "GET", "/", "/a.B/C", "200", "application/grpc", "0"};
    static uint8_t repeated[1200];
    uint8_t what = take(bytes);

    memset(field, 0, sizeof(*field));
    memset(repeated, '~', sizeof(repeated));
    if (what & 0x80) {
        take_text(bytes, take(bytes) % 80, &field->name, &field->namelen);
    } else {
        field->name = (uint8_t *)names[what % (sizeof(names) / sizeof(names[0]))];
        field->namelen = strlen((char *)field->name);
    }
    what = take(bytes);
    switch (what % 4) {
    case 0:
        take_text(bytes, take(bytes), &field->value, &field->valuelen);
        break;
    case 1:
        field->value = repeated;
        field->valuelen = take(bytes) * 5 % sizeof(repeated);
        break;
    default:
        field->value = (uint8_t *)values[take(bytes) % (sizeof(values) / sizeof(values[0]))];
        field->valuelen = strlen((char *)field->value);
    }
    if (what & 0x80)
        field->flags = NGHTTP2_NV_FLAG_NO_INDEX;
}

static inline size_t take_block(struct bytes *bytes,
                                nghttp2_hd_deflater *deflater,
                                uint8_t *block,
                                size_t room)
{
    nghttp2_nv fields[FIELDS_MAX];
    size_t count = take(bytes) % FIELDS_MAX;
    ssize_t size;

    for (size_t i = 0; i < count; i++)
        take_field(bytes, &fields[i]);
    size = nghttp2_hd_deflate_hd(deflater, block, room, fields, count);
    must(size >= 0, "not encoded");
    return size;
}
