// SPDX-License-Identifier: Apache-2.0
/* Fields that the encoder of nghttp2 writes, with tables of any size that it changes in between; our side
 * may come in the middle. */
#include "fields.h"
#include "hpack_reference.h"

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size);

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
        block_size = take_block(&bytes, deflater, block, sizeof(block));
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
