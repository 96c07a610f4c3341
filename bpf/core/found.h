/* SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
/* What the parser came by in a head: kept for the requests that follow from it, and for its span. */
#pragma once
#include "baggage.h"
#include "carry.h"
#include "exchange.h"
#include "note.h"

struct found {
    struct request_name name;
    struct connection *connection;
    const struct window *window;
    __u8 extras; /* EXTRA_… */
    bool responses;
    __u8 pad[6];
};

static __always_inline void found_rule(struct found *found,
                                       const struct find *find,
                                       const __u8 *text)
{
    __u32 size = find->size > HEADER_VALUE_SIZE ? HEADER_VALUE_SIZE : find->size;
    __u32 rule = find->rule & (HEADER_RULES_MAX - 1);
    __u8 uses = header_rules.uses[rule];
    struct carry *carry;

    if (uses & (found->responses ? HEADER_RESPONSE : HEADER_REQUEST) &&
        note_add(&found->name,
                 found->responses ? NOTE_RESPONSE_HEADER : NOTE_REQUEST_HEADER,
                 rule,
                 text,
                 size))
        found->extras |= EXTRA_NOTES;
    if (found->responses || !(uses & HEADER_RELAY) || found->connection->role != ROLE_SERVER ||
        find->size > HEADER_VALUE_SIZE)
        return;
    carry = carry_make(&found->name);
    if (!carry)
        return;
    carry_relay(carry, rule, text, size);
    found->extras |= EXTRA_CARRY;
}

/* Lists that are too long are dropped whole: half a list says something else. */
static __always_inline void found_tracestate(struct found *found,
                                             const struct find *find,
                                             const __u8 *text)
{
    struct carry *carry = carry_make(&found->name);

    if (!carry)
        return;
    found->extras |= EXTRA_CARRY;
    if (!carry_append(&carry->tracestate, text, find->size))
        found->connection->rx.head.flags |= HTTP1_CUT_TRACESTATE;
}

static __always_inline void found_baggage(struct found *found, const struct find *find)
{
    found->extras |= EXTRA_BAGGAGE;
    if (!baggage_append(&found->name, found->window, find, find->what == HTTP1_FIND_BAGGAGE))
        found->connection->rx.head.flags |= HTTP1_CUT_BAGGAGE;
}

static __always_inline void found_list(struct found *found,
                                       const struct find *find,
                                       const __u8 *text)
{
    if (found->responses || found->connection->role != ROLE_SERVER || !find->size)
        return;
    if (find->what == HTTP1_FIND_TRACESTATE) {
        if (settings.carry_tracestate)
            found_tracestate(found, find, text);
    } else if (settings.carry_baggage) {
        found_baggage(found, find);
    }
}

static long found_one(__u32 index, void *state)
{
    struct found *found = state;
    const struct find *find = &found->window->finds[index & (WINDOW_FINDS - 1)];
    const __u8 *text = found->window->bytes + (find->at & (WINDOW_SIZE - 1));

    if (index >= found->window->found)
        return 1;
    if (find->what == HTTP1_FIND_RULE)
        found_rule(found, find, text);
    else
        found_list(found, find, text);
    return 0;
}

/* After each window of a head in which something was found. `stream`: of HTTP/2, 0: HTTP/1. */
PROVEN_ONCE int found_keep(struct connection *connection,
                           const struct window *window,
                           bool responses,
                           __u32 stream)
{
    struct found found = {.connection = connection, .window = window, .responses = responses};
    struct exchange *exchange = NULL;

    if (!connection || !window)
        return 0;
    if (stream) {
        found.name = call_name(connection, stream);
    } else {
        found.name.cookie = connection->cookie;
        found.name.ordinal = responses ? connection->closed + 1 : connection->opened + 1;
    }
    repeat(WINDOW_FINDS, found_one, &found);
    if (responses)
        exchange = stream ? exchange_named(&found.name) : exchange_oldest(connection);
    if (exchange)
        exchange->extras |= found.extras;
    else
        connection->extras |= found.extras;
    return 0;
}
