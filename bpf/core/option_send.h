/* SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
/* Writes the option while TCP builds a segment (sock_ops), and watches what becomes of it. The kernel
 * asks for the room first and does not say which bytes a repeated segment holds; so from the time a
 * context waits until its segment is acknowledged all segments have the room, the maximal segment size
 * is counted with it, and only the right one gets more than padding. */
#pragma once
#include "client.h"
#include "option.h"

#define ECONNRESET 104
#define EPIPE 32 /* a reset, after the other side had closed */

#define OPTION_WORDS (OPTION_SIZE / 2)

#define OPTION_CLIENT_CALLBACKS (BPF_SOCK_OPS_WRITE_HDR_OPT_CB_FLAG | BPF_SOCK_OPS_RETRANS_CB_FLAG)

/* A head that is sent in pieces: whoever opens the exchange will want the ids that are under way. */
static __always_inline bool option_is_awaited(const struct connection *connection,
                                              const struct option_place *place)
{
    return connection->tx.phase == STREAM_HEAD && connection->tx.head_position == place->position;
}

/* What belongs on the segment that begins with byte `seq`. */
static __always_inline struct option_place *option_on(struct connection *connection, __u32 seq)
{
    for (__u32 i = 0; i < OPTION_PLACES; i++) {
        struct option_place *place = &connection->options.places[i];

        if (place->position && (__u32)place->position == seq)
            return place;
    }
    return NULL;
}

/* Forgets what has been acknowledged. Returns how many places still want room. */
static __always_inline __u32 option_settle(struct connection *connection, __u32 acknowledged)
{
    __u32 waiting = 0;
    __u32 kept = 0;

    for (__u32 i = 0; i < OPTION_PLACES; i++) {
        struct option_place *place = &connection->options.places[i];

        if (!place->position)
            continue;
        if ((__s32)(acknowledged - (__u32)place->position) > 0) {
            if (place->written && !place->struck && !place->acknowledged)
                option_peer_delivered(connection, place->apart);
            place->acknowledged = 1;
            if (!option_is_awaited(connection, place))
                place->position = 0;
        } else if (!place->repeated) {
            waiting++;
        }
        kept |= !!place->position;
    }
    connection->options.pending = kept;
    return waiting;
}

/* Does the segment that TCP builds next begin a request that no program has seen yet? That is the case
 * on connections out of the sockmap (from their second request on: what is no HTTP gets no option), and
 * of a head that is sent in pieces. */
static __always_inline bool option_begins(const struct connection *connection, __u32 next)
{
    const struct stream *stream = &connection->tx;

    if (exchange_outstanding(connection))
        return false;
    if (stream->phase == STREAM_START)
        return connection->opened && (__u32)stream->position == next &&
               !(stream->head.flags & HTTP1_CONTEXT); /* the last one had a context of its own */
    return stream->phase == STREAM_HEAD &&
           (connection->opened || stream->head.phase == HTTP1_FIELDS) &&
           (__u32)stream->head_position == next;
}

/* Chooses parent and span of that request before it is read. */
PROVEN_ONCE int option_prepare(struct connection *connection)
{
    struct option_place *place;
    __u64 position;

    if (!connection)
        return 0;
    position = connection->tx.phase == STREAM_START ? connection->tx.position
                                                    : connection->tx.head_position;
    if (option_at(connection, position) || option_peer_refuses(connection) ||
        exporter_is(connection->pid))
        return 0;
    place = option_promise(connection, position);
    if (place)
        client_prepare(connection, place);
    return 0;
}

/* HDR_OPT_LEN. Without a packet the kernel only computes the maximal segment size. */
static __always_inline void option_reserve(struct bpf_sock_ops *ops,
                                           struct connection *connection,
                                           bool wanted)
{
    bool has_packet = ops->args[0] != BPF_WRITE_HDR_TCP_CURRENT_MSS;
    long refused;

    if (connection->role == ROLE_SERVER) {
        if (connection->options.echo)
            bpf_reserve_hdr_opt(ops, OPTION_ECHO_SIZE, 0);
        return;
    }
    if (option_begins(connection, ops->snd_nxt)) {
        if (has_packet && ops->skb_len)
            option_prepare(connection);
        else
            wanted |= !has_packet && !option_peer_refuses(connection);
    }
    if (connection->options.pending && option_settle(connection, ops->snd_una))
        wanted = true;
    if (!wanted)
        return;
    refused = bpf_reserve_hdr_opt(ops, OPTION_SIZE, 0);
    if (refused && has_packet && ops->skb_len && option_on(connection, ops->snd_nxt))
        count(COUNTER_SKIP_OPTION_SPACE);
}

static __always_inline void option_ids(__u16 *words, const struct span_context *span)
{
    const __u16 *trace_id = (const __u16 *)span->trace_id;
    const __u16 *span_id = (const __u16 *)span->span_id;

    for (__u32 i = 0; i < TRACE_ID_SIZE / 2; i++)
        words[i] = trace_id[i];
    for (__u32 i = 0; i < SPAN_ID_SIZE / 2; i++)
        words[TRACE_ID_SIZE / 2 + i] = span_id[i];
}

static __always_inline void option_format(__u16 *words, const struct span_context *span)
{
    if (settings.tcp_option == TCP_OPTION_EXPERIMENT) {
        option_ids(words + 2, span);
        words[0] = OPTION_KIND_EXPERIMENT | OPTION_SIZE << 8;
        words[1] = bpf_htons(OPTION_EXID | (span->flags & OPTION_FLAGS));
        return;
    }
    option_ids(words + 1, span);
    if (span->flags & TRACE_FLAG_SAMPLED) {
        words[0] = OPTION_KIND_OBI | OPTION_SAMPLED_SIZE << 8;
    } else {
        words[0] = OPTION_KIND_OBI | OPTION_FLAGS_SIZE << 8;
        words[OPTION_WORDS - 1] = span->flags & OPTION_FLAGS;
    }
}

static __always_inline void option_is_written(struct connection *connection,
                                              struct option_place *place)
{
    struct exchange *exchange = exchange_newest(connection);

    place->written = 1;
    count(COUNTER_OPTION_WRITTEN);
    if (exchange && id_equal(exchange->span.span_id, place->span.span_id) &&
        exchange->carrier != CARRIER_INJECTED)
        exchange->carrier = CARRIER_TCP_OPTION;
}

static __always_inline void option_answer(struct bpf_sock_ops *ops, struct connection *connection)
{
    __u16 words[2] = {OPTION_KIND_EXPERIMENT | OPTION_ECHO_SIZE << 8, bpf_htons(OPTION_EXID)};

    if (!connection->options.echo || bpf_store_hdr_opt(ops, words, sizeof(words), 0))
        return;
    connection->options.echo = 0;
    bpf_sock_ops_cb_flags_set(ops,
                              ops->bpf_sock_ops_cb_flags & ~BPF_SOCK_OPS_WRITE_HDR_OPT_CB_FLAG);
}

/* WRITE_HDR_OPT: the header is there, and says which bytes the segment begins with. */
static __always_inline void option_write(struct bpf_sock_ops *ops, struct connection *connection)
{
    struct tcp_header *tcp = ops->skb_data;
    struct option_place *place;
    __u16 words[OPTION_WORDS] = {};

    if (connection->role == ROLE_SERVER)
        return option_answer(ops, connection);
    if ((void *)(tcp + 1) > ops->skb_data_end || ops->skb_len <= (__u32)(tcp->data_offset >> 4) * 4)
        return;
    place = option_on(connection, bpf_ntohl(tcp->seq));
    if (!place || place->repeated)
        return;
    option_format(words, &place->span);
    if (bpf_store_hdr_opt(ops, words, sizeof(words), 0))
        return;
    if (!place->written)
        option_is_written(connection, place);
}

/* RETRANS: the segment that begins with byte `seq` has been sent again, the first time with its
 * option, later without. */
static __always_inline void option_repeated(struct bpf_sock_ops *ops, struct connection *connection)
{
    struct option_place *place = option_on(connection, ops->args[0]);

    if (!place || !place->written || place->struck)
        return;
    if (!place->repeated) {
        place->repeated = 1;
        return;
    }
    place->struck = 1;
    option_peer_strikes(connection);
}

/* The connection ends: by a reset, while a segment with an option was under way? */
static __always_inline void option_ends(struct connection *connection, const struct tcp_sock *tcp)
{
    const struct sock *sock = (const struct sock *)tcp;

    if (connection->role != ROLE_CLIENT)
        return;
    option_settle(connection, tcp->snd_una);
    option_peer_over(connection);
    if (sock->sk_err != ECONNRESET && sock->sk_err != EPIPE)
        return;
    for (__u32 i = 0; i < OPTION_PLACES; i++) {
        const struct option_place *place = &connection->options.places[i];

        if (place->position && place->written && !place->struck)
            return option_peer_strikes(connection);
    }
}

/* A server's socket has got an option: its next segment says so. */
static __always_inline void option_parsed(struct bpf_sock_ops *ops, struct connection *connection)
{
    if (connection->options.echo)
        bpf_sock_ops_cb_flags_set(ops,
                                  ops->bpf_sock_ops_cb_flags | BPF_SOCK_OPS_WRITE_HDR_OPT_CB_FLAG);
}
