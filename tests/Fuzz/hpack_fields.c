// SPDX-License-Identifier: Apache-2.0
/* Fields that the encoder of nghttp2 writes, with tables of any size that it changes in between; our side
 * may come in the middle. */
#include "hpack_reference.h"

#define FIELDS_MAX 24

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size);

struct bytes {
    const uint8_t *at;
    size_t size;
};

static uint8_t take(struct bytes *bytes)
{
    if (!bytes->size)
        return 0;
    bytes->size--;
    return *bytes->at++;
}

/* Up to `limit` bytes of the input itself. */
static void take_text(struct bytes *bytes, size_t limit, uint8_t **text, size_t *size)
{
    *size = limit < bytes->size ? limit : bytes->size;
    *text = (uint8_t *)bytes->at;
    bytes->at += *size;
    bytes->size -= *size;
}

static void take_field(struct bytes *bytes, nghttp2_nv *field)
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

static size_t take_block(struct bytes *bytes, nghttp2_hd_deflater *deflater, uint8_t *block)
{
    nghttp2_nv fields[FIELDS_MAX];
    size_t count = take(bytes) % FIELDS_MAX;
    ssize_t size;

    for (size_t i = 0; i < count; i++)
        take_field(bytes, &fields[i]);
    size = nghttp2_hd_deflate_hd(deflater, block, 1 << 16, fields, count);
    must(size >= 0, "not encoded");
    return size;
}

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size)
{
    static const uint32_t tables[] = {4096, 0, 64, 333, 2048, 16384, 65536, 4096};
    static struct hpack_pair pair;
    static uint8_t block[1 << 16];
    struct bytes bytes = {input, size};
    uint8_t options = take(&bytes);
    uint32_t join = options % 4;
    nghttp2_hd_deflater *deflater;

    pair_begin(&pair, join > 0);
    must(!nghttp2_hd_deflate_new(&deflater, 1 << 16), "no memory");
    for (uint32_t turn = 0; bytes.size; turn++) {
        uint8_t change = take(&bytes);
        size_t block_size;

        if (change & 1)
            nghttp2_hd_deflate_change_table_size(deflater, tables[change / 2 % 8]);
        block_size = take_block(&bytes, deflater, block);
        if (turn < join) {
            const uint8_t *rest = block;
            nghttp2_nv field;

            while (reference_field(&pair, &rest, &block_size, &field) == 1)
                ;
            continue;
        }
        must(pair_read(&pair, block, block_size, pieces_random(block, block_size, REFERENCE_LINE)),
             "what was encoded is not valid");
    }
    nghttp2_hd_deflate_del(deflater);
    pair_end(&pair);
    return 0;
}
