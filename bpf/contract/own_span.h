/* SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
/* Spans that programs make themselves, with an SDK that leaves them to whoever looks. */
#pragma once
#include "types.h"

/* Longer ones are dropped, and counted. */
#define OWN_SPAN_MAX 262144

/* A finished span, as its SDK encoded it (OTLP in JSON), or a piece of it: those of one come in their
 * order, between those of others. */
struct own_span_event {
    struct event_header header;
    struct span_context span;     /* in place of what the text says, as are ... */
    __u8 parent_id[SPAN_ID_SIZE]; /* ... this, all zero: root */
    __u32 target;                 /* as exchange_event.target */
    __u32 size;                   /* bytes of the whole text */
    __u32 piece_at;               /* where this piece is in it */
    __u32 piece_size;
    __u8 text[];
};
