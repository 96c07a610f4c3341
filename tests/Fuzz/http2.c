// SPDX-License-Identifier: Apache-2.0
/* Any bytes as what one side of a connection sends. */
#include "http2_compare.h"

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size)
{
    frames_compare(input, size);
    return 0;
}
