// SPDX-License-Identifier: Apache-2.0
/* The same questions answered the slow way: byte by byte, written from the specifications and not from
 * the parsers. */
#pragma once
#include <linux/types.h>
#include <stdbool.h>
#include <string.h>
#include "contract/types.h"

/* 0-9 a-f; -1 for everything else. */
static inline int reference_digit(__u8 c)
{
    const char *digits = "0123456789abcdef";
    const char *found = c ? strchr(digits, c) : NULL;

    return found ? (int)(found - digits) : -1;
}

/* `count` bytes out of twice as many digits. */
static inline bool reference_bytes(const __u8 *text, __u8 *bytes, __u32 count)
{
    for (__u32 i = 0; i < count; i++) {
        int high = reference_digit(text[2 * i]);
        int low = reference_digit(text[2 * i + 1]);

        if (high < 0 || low < 0)
            return false;
        bytes[i] = (__u8)(high * 16 + low);
    }
    return true;
}

static inline bool reference_all_zero(const __u8 *bytes, __u32 count)
{
    for (__u32 i = 0; i < count; i++)
        if (bytes[i])
            return false;
    return true;
}

/* https://www.w3.org/TR/trace-context-2/#traceparent-header-field-values and, for versions to come,
 * https://www.w3.org/TR/trace-context-2/#versioning-of-traceparent */
static inline bool reference_traceparent(const __u8 *text, __u32 size, struct span_context *context)
{
    __u8 version, flags;

    if (size < 55 || text[2] != '-' || text[35] != '-' || text[52] != '-')
        return false;
    if (!reference_bytes(text, &version, 1) ||
        !reference_bytes(text + 3, context->trace_id, TRACE_ID_SIZE) ||
        !reference_bytes(text + 36, context->span_id, SPAN_ID_SIZE) ||
        !reference_bytes(text + 53, &flags, 1))
        return false;
    if (version == 255)
        return false;
    if (reference_all_zero(context->trace_id, TRACE_ID_SIZE) ||
        reference_all_zero(context->span_id, SPAN_ID_SIZE))
        return false;
    if (size > 55 && (version == 0 || text[55] != '-'))
        return false;
    context->flags = flags % 4; /* sampled and random; the others mean nothing yet */
    return true;
}

enum reference_end {
    REFERENCE_MORE,
    REFERENCE_DONE,
    REFERENCE_BAD,
};

struct reference_chunks {
    __u64 total;
    __u64
        taken; /* bytes of the stream up to the end, or to the end of what the last size announces */
    enum reference_end end;
};

/* RFC 9112, 7.1. White space and extensions behind a size are skipped. */
static inline struct reference_chunks reference_chunks(const __u8 *bytes, __u64 size)
{
    struct reference_chunks chunks = {};
    __u64 at = 0;

    while (at < size) {
        __u64 value = 0;
        __u32 digits = 0;
        const __u8 *feed;

        for (; at < size; at++, digits++) {
            __u8 c = bytes[at];
            int digit = reference_digit(c >= 'A' && c <= 'F' ? c + 'a' - 'A' : c);

            if (digit < 0)
                break;
            if (value >= 1ULL << 48) {
                chunks.end = REFERENCE_BAD;
                return chunks;
            }
            value = value * 16 + digit;
        }
        if (at == size)
            break;
        if (!strchr("\n\r; \t", bytes[at]) || !bytes[at]) {
            chunks.end = REFERENCE_BAD;
            return chunks;
        }
        feed = memchr(bytes + at, '\n', size - at);
        if (!feed)
            break;
        if (!digits) {
            chunks.end = REFERENCE_BAD;
            return chunks;
        }
        at = feed - bytes + 1;
        chunks.total += value;
        if (value) {
            at += value + 2;
            continue;
        }
        /* Trailer fields, up to a line that is empty but for carriage returns. */
        for (;;) {
            __u64 line = at;

            feed = at < size ? memchr(bytes + at, '\n', size - at) : NULL;
            if (!feed) {
                chunks.taken = size;
                return chunks;
            }
            at = feed - bytes + 1;
            while (bytes[line] == '\r')
                line++;
            if (bytes[line] == '\n') {
                chunks.taken = at;
                chunks.end = REFERENCE_DONE;
                return chunks;
            }
        }
    }
    chunks.taken = at > size ? at : size;
    return chunks;
}
