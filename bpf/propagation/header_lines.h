/* SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
/* The header lines that a request lacks: the context in every format that is configured, and what its
 * parent request brought along. Built in a window, whose bytes have been read. */
#pragma once
#include "../core/baggage.h"
#include "../core/carry.h"
#include "../core/note.h"
#include "../core/settings.h"

#define TRACEPARENT_LINE 70         /* "traceparent: " value CR LF */
#define LINES_MAX (WINDOW_SIZE - 1) /* all lines are less than 3,000 bytes */
#define BAGGAGE_SMALL 1024          /* a longer one is not among them: http1_baggage.h */

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

static __always_inline void put_end(struct window *lines)
{
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

static __always_inline void put_traceparent(struct window *lines, const struct span_context *span)
{
    __u64 flags = '0' + (span->flags & (TRACE_FLAG_SAMPLED | TRACE_FLAG_RANDOM));

    put(lines, WORD('t', 'r', 'a', 'c', 'e', 'p', 'a', 'r'));
    put(lines, WORD('e', 'n', 't', ':', ' ', '0', '0', '-'));
    put_trace_id(lines, span);
    put_some(lines, '-', 1);
    put_span_id(lines, span);
    put_some(lines, WORD('-', '0', 0, '\r', '\n', 0, 0, 0) | flags << 16, 5);
}

static __always_inline __u64 b3_state(const struct span_context *span)
{
    return span->flags & TRACE_FLAG_DEBUG ? 'd' : '0' + (span->flags & TRACE_FLAG_SAMPLED);
}

static __always_inline void put_b3(struct window *lines, const struct span_context *span)
{
    put_some(lines, WORD('b', '3', ':', ' ', 0, 0, 0, 0), 4);
    put_trace_id(lines, span);
    put_some(lines, '-', 1);
    put_span_id(lines, span);
    put_some(lines, WORD('-', 0, '\r', '\n', 0, 0, 0, 0) | b3_state(span) << 8, 4);
}

/* Debug implies sampled, and stands instead of it. */
static __always_inline void put_b3_multi(struct window *lines, const struct span_context *span)
{
    put(lines, WORD('X', '-', 'B', '3', '-', 'T', 'r', 'a'));
    put_some(lines, WORD('c', 'e', 'I', 'd', ':', ' ', 0, 0), 6);
    put_trace_id(lines, span);
    put_end(lines);
    put(lines, WORD('X', '-', 'B', '3', '-', 'S', 'p', 'a'));
    put_some(lines, WORD('n', 'I', 'd', ':', ' ', 0, 0, 0), 5);
    put_span_id(lines, span);
    put_end(lines);
    if (span->flags & TRACE_FLAG_DEBUG) {
        put(lines, WORD('X', '-', 'B', '3', '-', 'F', 'l', 'a'));
        put_some(lines, WORD('g', 's', ':', ' ', '1', '\r', '\n', 0), 7);
    } else {
        put(lines, WORD('X', '-', 'B', '3', '-', 'S', 'a', 'm'));
        put(lines,
            WORD('p', 'l', 'e', 'd', ':', ' ', 0, 0) | b3_state(span) << 48 | (__u64)'\r' << 56);
        put_some(lines, '\n', 1);
    }
}

/* `size` bytes, no more than `most`. */
static __always_inline void put_bytes(struct window *lines,
                                      const void *from,
                                      __u32 size,
                                      const __u32 most)
{
    if (size == 0 || size > most)
        return;
    bpf_probe_read_kernel(lines->bytes + (lines->size & (WINDOW_SIZE - 1)), size, from);
    lines->size += size;
}

static __always_inline void put_relay(struct window *lines, const struct carry *carry, __u32 rule)
{
    __u32 size = carry->relay_sizes[rule];

    if (!size)
        return;
    put_bytes(lines,
              (const void *)(header_rules.spelled + rule * HEADER_NAME_SIZE),
              header_rules.sizes[rule],
              HEADER_NAME_SIZE);
    put_some(lines, WORD(':', ' ', 0, 0, 0, 0, 0, 0), 2);
    put_bytes(lines, carry->relays + rule * HEADER_VALUE_SIZE, size, HEADER_VALUE_SIZE);
    put_end(lines);
}

/* What the parent request brought, and this one does not have by itself. */
static __always_inline void put_carried(struct window *lines,
                                        const struct carry *carry,
                                        const struct http1_head *head)
{
    if (carry->tracestate.size && settings.write_w3c && !(head->flags & HTTP1_TRACESTATE)) {
        put(lines, WORD('t', 'r', 'a', 'c', 'e', 's', 't', 'a'));
        put_some(lines, WORD('t', 'e', ':', ' ', 0, 0, 0, 0), 4);
        put_bytes(lines, carry->tracestate.bytes, carry->tracestate.size, TRACESTATE_SIZE);
        put_end(lines);
    }
    for (__u32 rule = 0; rule < HEADER_RELAYS_MAX; rule++)
        if (!(head->rules_met >> rule & 1))
            put_relay(lines, carry, rule);
}

/* NULL: there is none to be written. */
static __always_inline const struct baggage *baggage_wanted(const struct connection *connection)
{
    const struct baggage *baggage =
        connection->parent.cookie ? baggage_of(&connection->parent) : NULL;

    return baggage && baggage->size && !(connection->tx.head.flags & HTTP1_BAGGAGE) ? baggage
                                                                                    : NULL;
}

/* Fills the window; its size says how much. */
PROVEN_ONCE int header_lines(const struct connection *connection,
                             const struct span_context *span,
                             struct window *lines)
{
    const struct baggage *baggage;
    const struct carry *carry;

    if (!connection || !span || !lines)
        return 0;
    lines->size = 0;
    if (settings.write_w3c)
        put_traceparent(lines, span);
    if (settings.write_b3)
        put_b3(lines, span);
    if (settings.write_b3_multi)
        put_b3_multi(lines, span);
    if (!connection->parent.cookie)
        return 0;
    carry = carry_of(&connection->parent);
    if (carry)
        put_carried(lines, carry, &connection->tx.head);
    baggage = baggage_wanted(connection);
    if (baggage && baggage->size <= BAGGAGE_SMALL) {
        put_bytes(lines,
                  baggage->line,
                  BAGGAGE_NAME_SIZE + baggage->size,
                  BAGGAGE_NAME_SIZE + BAGGAGE_SMALL);
        put_end(lines);
    }
    return 0;
}

/* The lines have been written: what was relayed belongs on the span as if the application had sent it. */
PROVEN_ONCE int header_lines_note(const struct connection *connection, struct exchange *exchange)
{
    struct request_name name = {};
    const struct carry *carry;

    if (!connection || !exchange || !connection->parent.cookie)
        return 0;
    carry = carry_of(&connection->parent);
    if (!carry)
        return 0;
    name.cookie = connection->cookie;
    name.ordinal = exchange->ordinal;
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
