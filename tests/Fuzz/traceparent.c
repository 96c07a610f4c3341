// SPDX-License-Identifier: Apache-2.0
/* The value of a traceparent, anywhere in the window, against the reading of the specification. */
#include "pieces.h"
#include "reference.h"

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size)
{
    static struct window window;
    struct span_context context = {}, expected = {};
    __u32 at = pieces_random(input, size, PIECE_MAX).sizes[0];
    bool valid;

    if (size > HTTP1_KEEP)
        return 0;
    window_soil(&window);
    memcpy(window.bytes + at, input, size);
    valid = traceparent_read(&window, at, size, &context);
    must(valid == reference_traceparent(input, size, &expected), "valid by one reading only");
    if (valid)
        must(!memcmp(&context, &expected, sizeof(context)), "read as another context");
    return 0;
}
