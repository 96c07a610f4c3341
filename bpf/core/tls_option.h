/* SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
/* The context of a request inside TLS, as an option on the segment that its first record begins.
 *
 * The library is given the request before TCP is given the record, so the option waits in the inner
 * connection for the segment that is built next. The other end cannot tell which byte of plaintext that
 * segment brings: but none of it has been read yet when it arrives, so its request is the next one that will
 * be. Of several that are on their way at once only the first gets its context. */
#pragma once
#include "option_read.h"
#include "option_send.h"
#include "tls.h"

static __always_inline struct exchange *tls_newest(struct connection *inner)
{
    return inner->http2 ? call_of(inner, inner->newest_stream) : exchange_newest(inner);
}

/* Client: the segment that begins with byte `seq` takes what waits. */
PROVEN_ONCE int tls_option_move(struct connection *connection, struct connection *inner, __u32 seq)
{
    __u64 position;
    struct exchange *exchange;
    bool moved = false;

    if (!connection || !inner)
        return 0;
    position = stream_locate(connection->tx.position, seq);
    exchange = tls_newest(inner);
    for (__u32 i = 0; i < OPTION_PLACES; i++) {
        struct option_place *place = &inner->options.places[i];

        if (place->position && !moved) {
            option_schedule(connection, position, &place->span);
            moved = option_at(connection, position);
            if (moved && exchange && id_equal(exchange->span.span_id, place->span.span_id))
                exchange->carrier = CARRIER_TCP_OPTION;
        }
        place->position = 0;
    }
    inner->options.pending = 0;
    return 0;
}

/* While TCP builds a segment of a client. True: room is wanted for an option. */
static __always_inline bool tls_option_wants(struct bpf_sock_ops *ops,
                                             struct connection *connection)
{
    struct connection *inner;

    if (connection->tls.role != ROLE_CLIENT)
        return false;
    inner = tls_connection_inside(connection);
    if (!inner || !inner->options.pending)
        return false;
    if (ops->args[0] != BPF_WRITE_HDR_TCP_CURRENT_MSS && ops->skb_len)
        tls_option_move(connection, inner, ops->snd_nxt);
    return true;
}

/* A segment has arrived. A server's options are for the request inside. */
PROVEN_ONCE int tls_option_read(struct __sk_buff *skb, struct connection *connection)
{
    struct segment segment = {};
    struct connection *inner;

    if (!connection || !segment_locate(skb, &segment))
        return 0;
    if (connection->role == ROLE_CLIENT)
        return option_read(skb, connection, &segment, segment_position(connection, &segment));
    inner = tls_connection_inside(connection);
    if (!inner)
        return 0;
    option_read(skb, inner, &segment, stream_origin(0) + inner->tls_read);
    connection->options.echo |= inner->options.echo;
    inner->options.echo = 0;
    return 0;
}
