/* SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
/* W3C Trace Context, header `traceparent`: version "-" trace-id "-" parent-id "-" trace-flags, all in
 * lower-case hexadecimal. https://www.w3.org/TR/trace-context-2/#traceparent-header */
#pragma once
#include "hex.h"

#define TRACEPARENT_SIZE 55
#define TRACEPARENT_PARENT_AT 36 /* of the parent id inside the value */
#define TRACE_FLAG_SAMPLED 0x01
#define TRACE_FLAG_RANDOM 0x02

/* Reads the value at `at`, `size` characters long without surrounding white space. False when it is
 * not valid: wrong length or digits, version ff, an id of zeros. Versions above 00 may be longer. */
static __always_inline bool traceparent_read(const struct window *window,
                                             __u32 at,
                                             __u32 size,
                                             struct span_context *context)
{
    /* "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01": hyphens at 2, 35 and 52. */
    __u32 *trace_id = (__u32 *)context->trace_id;
    __u32 *span_id = (__u32 *)context->span_id;
    __u32 version;
    __u32 flags;
    bool valid;

    if (size < TRACEPARENT_SIZE)
        return false;
    /* Two digits are decoded as the upper two of four pairs; the rest is made '0'. */
    valid = hex_decode((window_word(window, at) & 0xffff) | ('0' * (EACH_BYTE << 16)), &version);
    valid &= hex_decode(window_word(window, at + 3), &trace_id[0]);
    valid &= hex_decode(window_word(window, at + 11), &trace_id[1]);
    valid &= hex_decode(window_word(window, at + 19), &trace_id[2]);
    valid &= hex_decode(window_word(window, at + 27), &trace_id[3]);
    valid &= hex_decode(window_word(window, at + 36), &span_id[0]);
    valid &= hex_decode(window_word(window, at + 44), &span_id[1]);
    valid &=
        hex_decode((window_word(window, at + 53) & 0xffff) | ('0' * (EACH_BYTE << 16)), &flags);
    valid &= window_byte(window, at + 2) == '-' && window_byte(window, at + 35) == '-' &&
             window_byte(window, at + 52) == '-';
    valid &= (trace_id[0] | trace_id[1] | trace_id[2] | trace_id[3]) != 0;
    valid &= (span_id[0] | span_id[1]) != 0;
    valid &= version != 0xff;
    /* Version 00 is exactly this long; a longer one continues with a hyphen. */
    valid &= size == TRACEPARENT_SIZE ||
             (version != 0 && window_byte(window, at + TRACEPARENT_SIZE) == '-');
    context->flags = flags & (TRACE_FLAG_SAMPLED | TRACE_FLAG_RANDOM);
    return valid;
}
