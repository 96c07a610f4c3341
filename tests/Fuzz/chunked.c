// SPDX-License-Identifier: Apache-2.0
/* The end of a chunked body, in pieces of any size, against a reading of the whole. */
#include "pieces.h"
#include "reference.h"

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size)
{
    struct reference_chunks expected = reference_chunks(input, size);
    struct chunked chunked;
    __u64 taken = chunks_read(&chunked, input, size, pieces_random(input, size, CHUNKED_VIEW));

    must((chunked.phase == CHUNKED_BAD) == (expected.end == REFERENCE_BAD), "bad by one reading");
    if (expected.end == REFERENCE_BAD)
        return 0;
    must((chunked.phase == CHUNKED_DONE) == (expected.end == REFERENCE_DONE),
         "ended by one reading");
    must(taken == expected.taken, "another number of bytes");
    must(chunked.total == expected.total, "another amount of data");
    return 0;
}
