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
 * not valid: wrong length or digits, version ff, an id of zeros. Versions above 00 may be longer.
 *
 * Errors are collected as bits and looked at once: each branch on the way would double the paths that
 * the verifier follows. */
PROVEN_ONCE bool traceparent_read(const struct window *window,
                                  __u32 at,
                                  __u32 size,
                                  struct span_context *context)
{
    /* Two digits are decoded as the first of four pairs; the other three are made "00". */
    const __u64 rest = '0' * (EACH_BYTE << 16);
    __u32 *trace_id;
    __u32 *span_id;
    __u32 version;
    __u32 flags;
    __u64 errors;

    if (!window || !context || size < TRACEPARENT_SIZE)
        return false;
    trace_id = (__u32 *)context->trace_id;
    span_id = (__u32 *)context->span_id;
    /* "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01": hyphens at 2, 35 and 52. */
    errors = hex_decode((window_word(window, at) & 0xffff) | rest, &version);
    errors |= hex_decode(window_word(window, at + 3), &trace_id[0]);
    errors |= hex_decode(window_word(window, at + 11), &trace_id[1]);
    errors |= hex_decode(window_word(window, at + 19), &trace_id[2]);
    errors |= hex_decode(window_word(window, at + 27), &trace_id[3]);
    errors |= hex_decode(window_word(window, at + 36), &span_id[0]);
    errors |= hex_decode(window_word(window, at + 44), &span_id[1]);
    errors |= hex_decode((window_word(window, at + 53) & 0xffff) | rest, &flags);
    errors |= window_byte(window, at + 2) ^ '-';
    errors |= window_byte(window, at + 35) ^ '-';
    errors |= window_byte(window, at + 52) ^ '-';
    context->flags = flags & (TRACE_FLAG_SAMPLED | TRACE_FLAG_RANDOM);
    if (errors || version == 0xff)
        return false;
    if (!(trace_id[0] | trace_id[1] | trace_id[2] | trace_id[3]) || !(span_id[0] | span_id[1]))
        return false;
    /* Version 00 is exactly this long; a longer one continues with a hyphen. */
    return size == TRACEPARENT_SIZE ||
           (version != 0 && window_byte(window, at + TRACEPARENT_SIZE) == '-');
}
