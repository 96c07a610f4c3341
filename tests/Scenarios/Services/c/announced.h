// SPDX-License-Identifier: Apache-2.0
// The lines that Hilo may add, and their only form: "w3c", or "all" formats together. They name one
// span, so the ids in all of them are the same.
#pragma once
#include <stdbool.h>
#include "random.h"

#define TRACE_DIGITS 32
#define SPAN_DIGITS 16

/* In a form: < stands for a whole trace id, > for a span id, ? for the flags, ! for B3's decision. */
static const char form_w3c[] = "traceparent: 00-<->-0?\r\n";
static const char form_all[] = "traceparent: 00-<->-0?\r\n"
                               "b3: <->-!\r\n"
                               "X-B3-TraceId: <\r\n"
                               "X-B3-SpanId: >\r\n"
                               "X-B3-Sampled: !\r\n";

struct announced {
    const char *form; /* what is left of it */
    unsigned digit;   /* in the id that it stands at */
    char trace[TRACE_DIGITS + 1];
    char span[SPAN_DIGITS + 1];
    char flags;
    bool trace_is_known;
    bool span_is_known;
};

static bool announced_digit(struct announced *a, char c, char *id, unsigned digits, bool *known)
{
    if (!isdigit((unsigned char)c) && (c < 'a' || c > 'f'))
        return false;
    if (*known && id[a->digit] != c)
        return false;
    id[a->digit++] = c;
    if (a->digit < digits)
        return true;
    *known = true;
    a->digit = 0;
    a->form++;
    return strspn(id, "0") < digits;
}

/* Takes one byte; false: it is not part of the form. Complete when the form is at its end. */
static bool announced_take(struct announced *a, char c)
{
    switch (*a->form) {
    case '<':
        return announced_digit(a, c, a->trace, TRACE_DIGITS, &a->trace_is_known);
    case '>':
        return announced_digit(a, c, a->span, SPAN_DIGITS, &a->span_is_known);
    case '?':
        a->flags = c;
        a->form++;
        return c >= '0' && c <= '3';
    case '!':
        a->form++;
        return c == '0' + ((a->flags - '0') & 1);
    }
    return *a->form++ == c;
}
