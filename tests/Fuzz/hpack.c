// SPDX-License-Identifier: Apache-2.0
/* Header blocks as they come, each behind its size: read like nghttp2 reads them, however they are cut. */
#include "hpack_reference.h"

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size)
{
    static struct hpack_pair pair;
    size_t at = 0;

    pair_begin(&pair, false);
    while (at + 2 <= size) {
        size_t block = input[at] << 8 | input[at + 1];

        at += 2;
        if (block > size - at)
            block = size - at;
        if (!pair_read(&pair, input + at, block, pieces_random(input, size, REFERENCE_LINE)))
            break;
        at += block;
    }
    pair_end(&pair);
    return 0;
}
