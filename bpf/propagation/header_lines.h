/* SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
/* The header fields that a request lacks: the context in every format that is configured, and what its
 * parent request brought along. Built in a window, whose bytes have been read: for HTTP/1 as lines, for
 * HTTP/2 as literals of HPACK, with names in lower case. */
#pragma once
#include "../core/baggage.h"
#include "../core/carry.h"
#include "../core/note.h"
#include "../core/settings.h"
#include "../protocols/hpack_write.h"

#define TRACEPARENT_LINE 70         /* "traceparent: " value CR LF */
#define LINES_MAX (WINDOW_SIZE - 1) /* all lines are less than 3,000 bytes */
#define BAGGAGE_SMALL 1024          /* a longer one is not among them: http1_baggage.h */

#define TRACEPARENT_NAME 11
#define TRACEPARENT_VALUE 55
#define TRACEPARENT_LITERAL (3 + TRACEPARENT_NAME + TRACEPARENT_VALUE) /* in HPACK */
#define B3_NAME 2
#define B3_VALUE 51
#define B3_IDS_NAME 12 /* X-B3-TraceId, X-B3-Sampled */

static __always_inline void put(struct window *lines, __u64 word)
{
    *(__u64 *)(lines->bytes + (lines->size & (WINDOW_SIZE - 1))) = word;
    lines->size += 8;
}

/* The first `size` of the eight. */
static __always_inline void put_some(struct window *lines, __u64 word, __u32 size)
{
    put(lines, word);
    lines->size -= 8 - size;
}

/* How a field begins in HPACK. */
static __always_inline void put_literal(struct window *lines, __u32 name_size)
{
    lines->size += hpack_write_literal(lines->bytes + (lines->size & (WINDOW_SIZE - 1)), name_size);
    lines->line++;
}

static __always_inline void put_between(struct window *lines, const bool http2, __u32 value_size)
{
    if (http2)
        lines->size +=
            hpack_write_length(lines->bytes + (lines->size & (WINDOW_SIZE - 1)), value_size);
    else
        put_some(lines, WORD(':', ' ', 0, 0, 0, 0, 0, 0), 2);
}

/* `size` characters of a name, in two words, and what stands between it and its value. */
static __always_inline void put_name(struct window *lines,
                                     const bool http2,
                                     __u64 first,
                                     __u64 rest,
                                     const __u32 size,
                                     __u32 value_size)
{
    if (http2) {
        put_literal(lines, size);
        first = lower_case(first);
        rest = lower_case(rest);
    }
    if (size > 8) {
        put(lines, first);
        put_some(lines, rest, size - 8);
    } else {
        put_some(lines, first, size);
    }
    put_between(lines, http2, value_size);
}

static __always_inline void put_end(struct window *lines, const bool http2)
{
    if (!http2)
        put_some(lines, WORD('\r', '\n', 0, 0, 0, 0, 0, 0), 2);
}

static __always_inline void put_trace_id(struct window *lines, const struct span_context *span)
{
    const __u32 *words = (const __u32 *)span->trace_id;

    for (int i = 0; i < 4; i++)
        put(lines, hex_encode(words[i]));
}

static __always_inline void put_span_id(struct window *lines, const struct span_context *span)
{
    const __u32 *words = (const __u32 *)span->span_id;

    put(lines, hex_encode(words[0]));
    put(lines, hex_encode(words[1]));
}

static __always_inline void put_traceparent(struct window *lines,
                                            const bool http2,
                                            const struct span_context *span)
{
    __u64 flags = '0' + (span->flags & (TRACE_FLAG_SAMPLED | TRACE_FLAG_RANDOM));

    put_name(lines,
             http2,
             WORD('t', 'r', 'a', 'c', 'e', 'p', 'a', 'r'),
             WORD('e', 'n', 't', 0, 0, 0, 0, 0),
             TRACEPARENT_NAME,
             TRACEPARENT_VALUE);
    put_some(lines, WORD('0', '0', '-', 0, 0, 0, 0, 0), 3);
    put_trace_id(lines, span);
    put_some(lines, '-', 1);
    put_span_id(lines, span);
    put_some(lines, WORD('-', '0', 0, 0, 0, 0, 0, 0) | flags << 16, 3);
    put_end(lines, http2);
}

static __always_inline __u64 b3_state(const struct span_context *span)
{
    return span->flags & TRACE_FLAG_DEBUG ? 'd' : '0' + (span->flags & TRACE_FLAG_SAMPLED);
}

static __always_inline void put_b3(struct window *lines,
                                   const bool http2,
                                   const struct span_context *span)
{
    put_name(lines, http2, WORD('b', '3', 0, 0, 0, 0, 0, 0), 0, B3_NAME, B3_VALUE);
    put_trace_id(lines, span);
    put_some(lines, '-', 1);
    put_span_id(lines, span);
    put_some(lines, '-' | b3_state(span) << 8, 2);
    put_end(lines, http2);
}

/* Debug implies sampled, and stands instead of it. */
static __always_inline void put_b3_multi(struct window *lines,
                                         const bool http2,
                                         const struct span_context *span)
{
    put_name(lines,
             http2,
             WORD('X', '-', 'B', '3', '-', 'T', 'r', 'a'),
             WORD('c', 'e', 'I', 'd', 0, 0, 0, 0),
             B3_IDS_NAME,
             2 * TRACE_ID_SIZE);
    put_trace_id(lines, span);
    put_end(lines, http2);
    put_name(lines,
             http2,
             WORD('X', '-', 'B', '3', '-', 'S', 'p', 'a'),
             WORD('n', 'I', 'd', 0, 0, 0, 0, 0),
             B3_IDS_NAME - 1,
             2 * SPAN_ID_SIZE);
    put_span_id(lines, span);
    put_end(lines, http2);
    if (span->flags & TRACE_FLAG_DEBUG) {
        put_name(lines,
                 http2,
                 WORD('X', '-', 'B', '3', '-', 'F', 'l', 'a'),
                 WORD('g', 's', 0, 0, 0, 0, 0, 0),
                 B3_IDS_NAME - 2,
                 1);
        put_some(lines, '1', 1);
    } else {
        put_name(lines,
                 http2,
                 WORD('X', '-', 'B', '3', '-', 'S', 'a', 'm'),
                 WORD('p', 'l', 'e', 'd', 0, 0, 0, 0),
                 B3_IDS_NAME,
                 1);
        put_some(lines, b3_state(span), 1);
    }
    put_end(lines, http2);
}

/* `size` bytes, no more than `most`. */
static __always_inline void put_bytes(struct window *lines,
                                      const void *from,
                                      __u32 size,
                                      const __u32 most)
{
    if (size == 0)
        return;
    if (size > most)
        return;
    bpf_probe_read_kernel(
        lines->bytes + (lines->size & (WINDOW_SIZE - 1)), at_most(size, most), from);
    lines->size += size;
}

static __always_inline void put_relay(struct window *lines,
                                      const bool http2,
                                      const struct carry *carry,
                                      __u32 rule)
{
    __u32 size = carry->relay_sizes[rule];
    const __u8 *name =
        http2 ? (const __u8 *)header_rules.names : (const __u8 *)header_rules.spelled;

    if (!size)
        return;
    if (http2)
        put_literal(lines, header_rules.sizes[rule]);
    put_bytes(lines, name + rule * HEADER_NAME_SIZE, header_rules.sizes[rule], HEADER_NAME_SIZE);
    put_between(lines, http2, size);
    put_bytes(lines, carry->relays + rule * HEADER_VALUE_SIZE, size, HEADER_VALUE_SIZE);
    put_end(lines, http2);
}

/* What the parent request brought, and this one does not have by itself. */
static __always_inline void put_carried(struct window *lines,
                                        const bool http2,
                                        const struct carry *carry,
                                        const struct http1_head *head)
{
    if (carry->tracestate.size && settings.write_w3c && !(head->flags & HTTP1_TRACESTATE)) {
        put_name(lines,
                 http2,
                 WORD('t', 'r', 'a', 'c', 'e', 's', 't', 'a'),
                 WORD('t', 'e', 0, 0, 0, 0, 0, 0),
                 10,
                 carry->tracestate.size);
        put_bytes(lines, carry->tracestate.bytes, carry->tracestate.size, TRACESTATE_SIZE);
        put_end(lines, http2);
    }
    for (__u32 rule = 0; rule < HEADER_RELAYS_MAX; rule++)
        if (!(head->rules_met >> rule & 1))
            put_relay(lines, http2, carry, rule);
}

/* NULL: there is none to be written. */
static __always_inline const struct baggage *baggage_wanted(const struct connection *connection)
{
    struct request_name parent = connection->parent;
    const struct baggage *baggage = parent.cookie ? baggage_of(&parent) : NULL;

    return baggage && baggage->size && !(connection->tx.head.flags & HTTP1_BAGGAGE) ? baggage
                                                                                    : NULL;
}

static __always_inline void put_baggage(struct window *lines,
                                        const bool http2,
                                        const struct baggage *baggage)
{
    put_name(lines,
             http2,
             WORD('b', 'a', 'g', 'g', 'a', 'g', 'e', 0),
             0,
             BAGGAGE_NAME_SIZE - 2,
             baggage->size);
    put_bytes(lines, baggage->line + BAGGAGE_NAME_SIZE, baggage->size, BAGGAGE_SMALL);
    put_end(lines, http2);
}

/* The context itself, in every format that is to be written. */
static __always_inline void put_context(const bool http2,
                                        const struct span_context *span,
                                        struct window *lines)
{
    if (settings.write_w3c)
        put_traceparent(lines, http2, span);
    if (settings.write_b3)
        put_b3(lines, http2, span);
    if (settings.write_b3_multi)
        put_b3_multi(lines, http2, span);
}

static __always_inline void put_all(const struct connection *connection,
                                    const bool http2,
                                    const struct span_context *span,
                                    struct window *lines)
{
    const struct baggage *baggage;
    const struct carry *carry;

    put_context(http2, span, lines);

    struct request_name parent = connection->parent;

    if (!parent.cookie)
        return;
    carry = carry_of(&parent);
    if (carry)
        put_carried(lines, http2, carry, &connection->tx.head);
    baggage = baggage_wanted(connection);
    if (baggage && baggage->size <= BAGGAGE_SMALL)
        put_baggage(lines, http2, baggage);
}

/* Fills the window; its size says how much. */
PROVEN_ONCE int header_lines(const struct connection *connection,
                             const struct span_context *span,
                             struct window *lines)
{
    if (!connection || !span || !lines)
        return 0;
    lines->size = 0;
    put_all(connection, false, span, lines);
    return 0;
}

/* The same for HTTP/2, behind `ahead` bytes. How many fields they are is left in `line`. */
PROVEN_ONCE int header_literals(const struct connection *connection,
                                const struct span_context *span,
                                struct window *lines,
                                __u32 ahead)
{
    if (!connection || !span || !lines)
        return 0;
    lines->size = ahead;
    lines->line = 0;
    put_all(connection, true, span, lines);
    return 0;
}

/* The lines have been written: what was relayed belongs on the span as if the application had sent it. */
PROVEN_ONCE int header_lines_note(const struct connection *connection,
                                  struct exchange *exchange,
                                  const struct request_name *request)
{
    const struct carry *carry;

    if (!connection || !exchange || !request || !connection->parent.cookie)
        return 0;

    struct request_name name = *request;
    struct request_name parent = connection->parent;

    carry = carry_of(&parent);
    if (!carry)
        return 0;
    for (__u32 rule = 0; rule < HEADER_RELAYS_MAX; rule++) {
        if (connection->tx.head.rules_met >> rule & 1 ||
            !(header_rules.uses[rule] & HEADER_REQUEST))
            continue;
        if (note_add(&name,
                     NOTE_REQUEST_HEADER,
                     rule,
                     carry->relays + rule * HEADER_VALUE_SIZE,
                     carry->relay_sizes[rule]))
            exchange->extras |= EXTRA_NOTES;
    }
    return 0;
}
