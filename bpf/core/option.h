/* SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
/* A trace context as a TCP option, for requests that cannot carry it in themselves.
 *
 * Bound to a place: the option stands on the segment that begins with the first byte of the request,
 * each time TCP builds that segment, and the receiver keeps context and place together. So it does not
 * matter what else is under way, what is lost, or what comes twice. TSO repeats it on all segments that
 * it makes of one; of several places of one span the first is the right one.
 *
 * Two formats are read, both stand for 28 bytes, all that timestamps leave:
 *  - kind 25, length 26 (sampled) or 27 (a byte of flags follows), as OBI writes it;
 *  - kind 253 (RFC 6994), length 28, with an ExID of ours whose two lowest bits are the flags.
 * OBI puts its option on some segment between the end of the last request and the end of this one: of
 * kind 25 the latest such one is taken if none stands at the right byte.
 *
 * Why the receiver reads in the hook that sees the bytes, and not in PARSE_HDR_OPT: that callback comes
 * after it, for the same packet, when the request is already open. */
#pragma once
#include "option_peer.h"
#include "stream.h"
#include "trace.h"

#define OPTION_END 0
#define OPTION_NOTHING 1
#define OPTION_KIND_OBI 25
#define OPTION_KIND_EXPERIMENT 253
#define OPTION_EXID 0x4874 /* "Ht"; the flags of the context replace the two lowest bits */
#define OPTION_FLAGS (TRACE_FLAG_SAMPLED | TRACE_FLAG_RANDOM)
#define OPTION_SAMPLED_SIZE 26
#define OPTION_FLAGS_SIZE 27
#define OPTION_SIZE 28
#define OPTION_ECHO_SIZE 4 /* kind 253 with our ExID and nothing else: "your option arrived" */
#define OPTION_STEPS 40    /* all that a TCP header has room for, byte by byte */

#define TCP_HEADER 20
#define TCP_TIMESTAMPS 12

static __always_inline struct option_place *option_at(struct connection *connection, __u64 position)
{
    for (__u32 i = 0; i < OPTION_PLACES; i++)
        if (connection->options.places[i].position == position)
            return &connection->options.places[i];
    return NULL;
}

static __always_inline struct option_place *option_fill(struct option_place *place, __u64 position)
{
    __builtin_memset(place, 0, sizeof(*place));
    place->position = position;
    return place;
}

/* Client: a free place, NULL: all wait for an acknowledgement. Only pipelining comes that far, and of the
 * requests in one segment only the first can be meant. */
static __always_inline struct option_place *option_promise(struct connection *connection,
                                                           __u64 position)
{
    struct option_place *place = option_at(connection, 0);

    if (!place)
        return NULL;
    connection->options.pending = 1;
    return option_fill(place, position);
}

/* The request that starts at `position` leaves without a header: the segment that begins there shall
 * carry its context. For whoever sees a request before TCP has taken it. */
PROVEN_ONCE int option_schedule(struct connection *connection,
                                __u64 position,
                                const struct span_context *span)
{
    struct option_place *place;

    if (!connection || !span || option_at(connection, position) || option_peer_refuses(connection))
        return 0;
    place = option_promise(connection, position);
    if (place)
        place->span = *span;
    return 0;
}

/* True when a segment with the context of the request at `position` has been built. */
static __always_inline bool option_left(struct connection *connection, __u64 position)
{
    struct option_place *place = settings.tcp_option ? option_at(connection, position) : NULL;

    return place && place->written;
}

/* A server has got an option on a segment that begins at `position`. */
static __always_inline void option_arrived(struct connection *connection,
                                           __u64 position,
                                           const struct span_context *span,
                                           bool is_near)
{
    struct option_place *place;

    connection->options.echo = 1;
    for (__u32 i = 0; i < OPTION_PLACES; i++) {
        place = &connection->options.places[i];
        if (!place->position || !id_equal(place->span.span_id, span->span_id))
            continue;
        if (!place->used && position < place->position)
            place->position = position;
        return;
    }
    place = &connection->options.places[connection->options.next++ & (OPTION_PLACES - 1)];
    option_fill(place, position);
    place->span = *span;
    place->is_near = is_near;
}

/* The context that came for the request whose head starts at `position` and ends at `end`. */
PROVEN_ONCE bool option_recall(struct connection *connection,
                               __u64 position,
                               __u64 end,
                               struct span_context *span)
{
    struct option_place *found = NULL;

    if (!connection || !span || !settings.tcp_option)
        return false;
    for (__u32 i = 0; i < OPTION_PLACES; i++) {
        struct option_place *place = &connection->options.places[i];

        if (place->used || place->position <= connection->options.last_head ||
            place->position >= end)
            continue;
        if (place->position == position) {
            found = place;
            break;
        }
        if (place->is_near && (!found || place->position > found->position))
            found = place;
    }
    connection->options.last_head = position;
    if (!found)
        return false;
    found->used = 1;
    *span = found->span;
    return true;
}
