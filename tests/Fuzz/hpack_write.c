// SPDX-License-Identifier: Apache-2.0
/* Fields added to a block that nghttp2 has encoded: nghttp2 reads them behind its own, and its table is as before. */
#include "fields.h"
#include "hpack_reference.h"
#include "protocols/hpack_write.h"

#define ADDED_MAX 8

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size);

static size_t add(uint8_t *to, const uint8_t *name, __u32 name_size, __u8 fill, __u32 value_size)
{
    size_t at = hpack_write_literal(to, name_size);

    memcpy(to + at, name, name_size);
    at += name_size;
    at += hpack_write_length(to + at, value_size);
    memset(to + at, fill, value_size);
    at += value_size;
    must(at == hpack_field_size(name_size, value_size), "another size than announced");
    return at;
}

static void check(const nghttp2_nv *field, size_t name_size, __u8 fill, size_t value_size)
{
    must(field->namelen == name_size && field->valuelen == value_size, "another field");
    for (size_t i = 0; i < value_size; i++)
        must(field->value[i] == fill, "another value");
}

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size)
{
    static uint8_t block[1 << 18];
    struct bytes bytes = {input, size};
    struct {
        __u32 name;
        __u32 value;
    } added[ADDED_MAX];
    static struct hpack_pair pair;
    nghttp2_hd_deflater *deflater;
    const uint8_t *rest = block;
    size_t block_size, own, count, table;
    nghttp2_nv field;

    pair_begin(&pair, false);
    must(!nghttp2_hd_deflate_new(&deflater, 4096), "no memory");
    block_size = own = take_block(&bytes, deflater, block, 1 << 16);
    count = take(&bytes) % (ADDED_MAX + 1);
    for (size_t i = 0; i < count; i++) {
        static const uint8_t name[HPACK_LENGTH_SMALL] = "traceparent";

        added[i].name = take(&bytes) % HPACK_LENGTH_SMALL;
        added[i].value = take(&bytes) * take(&bytes) % 16511;
        block_size += add(block + block_size, name, added[i].name, 'a' + i, added[i].value);
    }
    while (reference_field(&pair, &rest, &own, &field) == 1)
        ;
    table = nghttp2_hd_inflate_get_dynamic_table_size(pair.inflater);
    for (size_t i = 0; i < count; i++) {
        size_t left = hpack_field_size(added[i].name, added[i].value);

        must(reference_field(&pair, &rest, &left, &field) == 1, "an added field is not valid");
        check(&field, added[i].name, 'a' + i, added[i].value);
        while (reference_field(&pair, &rest, &left, &field) == 1)
            fail("a field too many");
    }
    must(rest == block + block_size, "bytes are left");
    must(table == nghttp2_hd_inflate_get_dynamic_table_size(pair.inflater), "another table");
    nghttp2_hd_deflate_del(deflater);
    pair_end(&pair);
    return 0;
}
