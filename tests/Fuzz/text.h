// SPDX-License-Identifier: Apache-2.0
/* What was read, as text that two readings can be compared by. */
#pragma once
#include <linux/types.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include "contract/types.h"

#define TEXT_MAX (1 << 16)

struct text {
    char bytes[TEXT_MAX];
    __u32 size;
    bool full; /* the rest is missing */
};

__attribute__((format(printf, 2, 3))) static inline void print(struct text *text,
                                                               const char *format,
                                                               ...)
{
    va_list arguments;
    int size;

    va_start(arguments, format);
    size = vsnprintf(text->bytes + text->size, TEXT_MAX - text->size, format, arguments);
    va_end(arguments);
    text->full |= text->size + size >= TEXT_MAX;
    text->size += text->full ? 0 : size;
}

static inline void print_context(struct text *text, const struct span_context *context)
{
    for (__u32 i = 0; i < TRACE_ID_SIZE; i++)
        print(text, "%02x", context->trace_id[i]);
    print(text, "-");
    for (__u32 i = 0; i < SPAN_ID_SIZE; i++)
        print(text, "%02x", context->span_id[i]);
    print(text, "-%02x", context->flags);
}
