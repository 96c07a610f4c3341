/* SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
/* What became of the TCP options that were sent to a destination (address and port).
 *
 * Dropped or answered by a reset: a segment with an option that is not acknowledged although it was
 * sent twice, or before a reset comes, is a strike. A destination that has never acknowledged one is
 * barred by the first strike; one that has, by the third without an acknowledgement between: two
 * losses in a row happen on healthy paths too. The bar stays as long as the agent runs.
 *
 * Stripped: a Hilo that gets an option answers with an empty one of ours. A destination that did so,
 * and then on OPTION_SILENT_MAX connections in a row does not, is left alone for OPTION_SILENCE_NS: it
 * costs nothing to be wrong, and its agent may just have been started again. OBI never answers, so from
 * a destination that never did, nothing follows - unless kind 253 is written, which only Hilo reads. */
#pragma once
#include "connection.h"
#include "settings.h"

#define OPTION_PEERS_MAX 8192
#define OPTION_STRIKES_MAX 3
#define OPTION_SILENT_MAX 3
#define OPTION_ANSWER_WITHIN 4             /* options delivered on a connection */
#define OPTION_SILENCE_NS 1800000000000ULL /* half an hour */

struct option_peer {
    __u64 silent_until_ns;
    __u8 barred;
    __u8 strikes;
    __u8 delivered;
    __u8 confirmed;
    __u8 silent; /* connections in a row */
    __u8 pad[3];
};

/* Its keys are copied to the stack: before 6.2 they must not be in memory of a caller. */
struct {
    __uint(type, BPF_MAP_TYPE_LRU_HASH);
    __uint(max_entries, OPTION_PEERS_MAX);
    __type(key, struct endpoint);
    __type(value, struct option_peer);
} option_peers SEC(".maps");

static __always_inline bool option_peer_refuses(const struct connection *connection)
{
    struct endpoint remote = connection->remote;
    const struct option_peer *peer = bpf_map_lookup_elem(&option_peers, &remote);

    return peer && (peer->barred || peer->silent_until_ns > bpf_ktime_get_ns());
}

static __always_inline struct option_peer *option_peer_of(const struct connection *connection)
{
    struct option_peer none = {};
    struct endpoint remote = connection->remote;
    struct option_peer *peer = bpf_map_lookup_elem(&option_peers, &remote);

    if (peer)
        return peer;
    bpf_map_update_elem(&option_peers, &remote, &none, BPF_NOEXIST);
    return bpf_map_lookup_elem(&option_peers, &remote);
}

static __always_inline void option_peer_strikes(const struct connection *connection)
{
    struct option_peer *peer = option_peer_of(connection);

    if (!peer || peer->barred || (++peer->strikes < OPTION_STRIKES_MAX && peer->delivered))
        return;
    peer->barred = 1;
    count(COUNTER_OPTION_BARRED);
}

/* The first option of this connection was answered by a Hilo. */
static __always_inline void option_peer_confirms(struct connection *connection)
{
    struct option_peer *peer = option_peer_of(connection);

    connection->options.judged = 1;
    if (!peer)
        return;
    peer->confirmed = 1;
    peer->silent = 0;
}

static __always_inline void option_peer_is_silent(struct connection *connection)
{
    struct option_peer *peer = option_peer_of(connection);

    connection->options.judged = 1;
    if (!peer || !(peer->confirmed || settings.tcp_option == TCP_OPTION_EXPERIMENT) ||
        ++peer->silent < OPTION_SILENT_MAX)
        return;
    peer->silent = 0;
    peer->silent_until_ns = bpf_ktime_get_ns() + OPTION_SILENCE_NS;
    count(COUNTER_OPTION_STRIPPED);
}

/* A segment with an option was acknowledged; one that went apart need not have arrived. */
static __always_inline void option_peer_delivered(struct connection *connection, bool apart)
{
    struct option_peer *peer;

    connection->options.delivered++;
    if (!apart && !connection->options.passed) {
        connection->options.passed = 1;
        peer = option_peer_of(connection);
        if (peer) {
            peer->delivered = 1;
            peer->strikes = 0;
        }
    }
    if (connection->options.delivered >= OPTION_ANSWER_WITHIN && !connection->options.judged)
        option_peer_is_silent(connection);
}

/* The connection is over. */
static __always_inline void option_peer_over(struct connection *connection)
{
    if (connection->options.delivered && !connection->options.judged)
        option_peer_is_silent(connection);
}
