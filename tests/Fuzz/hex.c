// SPDX-License-Identifier: Apache-2.0
/* Digits that are accepted give the bytes they say, and bytes come back out of their digits. */
#include "pieces.h"
#include "reference.h"

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size)
{
    __u64 digits, text;
    __u32 bytes, again, expected;

    if (size < 8)
        return 0;
    memcpy(&digits, input, 8);
    must((hex_decode(digits, &bytes) == 0) == reference_bytes(input, (__u8 *)&expected, 4),
         "valid digits by one reading only");
    if (reference_bytes(input, (__u8 *)&expected, 4))
        must(bytes == expected, "digits decoded to other bytes");

    memcpy(&expected, input, 4);
    text = hex_encode(expected);
    must(reference_bytes((__u8 *)&text, (__u8 *)&again, 4) && again == expected,
         "bytes encoded to digits of others");
    must(hex_decode(text, &again) == 0 && again == expected, "encoded digits do not come back");
    return 0;
}
