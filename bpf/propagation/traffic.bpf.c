/* SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
/* Writes the TCP option on interfaces that the user names, instead of TCP itself: the callbacks of
 * sock_ops that write options can be had by one program per socket, and some already have theirs.
 *
 * What leaves passes here in the thread that sends it, after cgroup_skb/egress has seen it, with its
 * socket: which request begins in a segment is known, and what belongs on it (core/option.h). A segment
 * that is sent again comes here again as TCP made it, so the rule is the same: the option stands on the
 * segment that begins with the first byte of the request. How: core/option_packet.h.
 *
 * A connection is carried by the interface that its SYN left through; where several are stacked
 * (bridge, bond, VLAN) that is the uppermost, and the others leave its packets alone.
 *
 * Where no sock_ops program can be had at all (lifecycle/states.bpf.c), it is so on all interfaces except
 * loopback, and a server's answer to an option leaves here, too.
 *
 * The programs are first in the chain and leave the verdict to the next one: nobody's verdict hides a
 * packet from them, and whoever comes behind sees what leaves. Reading needs nothing here: the hook that
 * sees the bytes reads (core/option_read.h). */
#include "../core/option_packet.h"
#include "../core/segment.h"
#include "../core/throttle.h"

char LICENSE[] SEC("license") = "Dual MIT/GPL";

#define TC_DROP 2

/* TCP may fill a segment that far, so the path takes it. */
static __always_inline bool segment_may_grow(const struct __sk_buff *skb,
                                             const struct bpf_tcp_sock *tcp,
                                             const struct segment *segment)
{
    __u32 header = segment->offset - segment->tcp;

    return !skb->gso_size && segment->size <= OPTION_PAYLOAD_MAX &&
           header + segment->size + OPTION_SIZE <= tcp->mss_cache + TCP_HEADER;
}

/* As for segments that TCP writes it on: sent again, it has it once more, later no longer. */
static __always_inline bool option_is_due(struct connection *connection, struct option_place *place)
{
    if (!place->written)
        return true;
    if (!place->repeated) {
        place->repeated = 1;
        return true;
    }
    if (!place->struck && !place->apart) {
        place->struck = 1;
        option_peer_strikes(connection);
    }
    return false;
}

static __always_inline int option_leaves(struct __sk_buff *skb,
                                         struct connection *connection,
                                         const struct bpf_tcp_sock *tcp,
                                         const struct segment *segment,
                                         struct option_room *room)
{
    struct option_place *place = option_on(connection, segment->seq);

    if (!place || !option_is_due(connection, place))
        return TC_NEXT;
    if (!packet_is_plain(skb, segment) || !option_has_room(skb, segment)) {
        count(COUNTER_SKIP_OPTION_SPACE);
        return TC_NEXT;
    }
    __builtin_memset(room->words, 0, sizeof(room->words));
    option_format(room->words, &place->span);
    if (!segment_may_grow(skb, tcp, segment)) {
        if (!option_send_copy(skb, segment, room, OPTION_SIZE)) {
            count(COUNTER_SKIP_OPTION_GROW);
            return TC_NEXT;
        }
        place->apart = 1;
        if (!place->written)
            count(COUNTER_OPTION_APART);
    } else if (!packet_make_room(skb, segment, room)) {
        count(COUNTER_SKIP_OPTION_GROW);
        return TC_NEXT;
    } else if (!option_fill_room(skb, segment, room, OPTION_SIZE, segment->size)) {
        /* Its memory is ours by now, so no kernel comes here. TCP would send it again, without. */
        place->position = 0;
        count(COUNTER_SKIP_OPTION_GROW);
        return TC_DROP;
    }
    if (!place->written)
        option_is_written(connection, place);
    return TC_NEXT;
}

/* A server that no sock_ops program answers for says once that the option arrives. */
static __always_inline void option_is_answered(struct __sk_buff *skb,
                                               struct connection *connection,
                                               const struct segment *segment,
                                               struct option_room *room)
{
    if (!connection->tracked || !connection->options.echo || connection->options.echoed ||
        segment->flags & (TCP_FLAG_SYN | TCP_FLAG_RST) || !packet_is_plain(skb, segment) ||
        !option_has_room(skb, segment))
        return;
    room->words[0] = OPTION_KIND_EXPERIMENT | OPTION_ECHO_SIZE << 8;
    room->words[1] = bpf_htons(OPTION_EXID);
    connection->options.echoed = option_send_copy(skb, segment, room, OPTION_ECHO_SIZE);
}

static __always_inline void segment_leaves_here(struct __sk_buff *skb,
                                                struct bpf_sock *sk,
                                                struct connection *connection)
{
    if (!connection->interface && (sk->state == BPF_TCP_SYN_SENT || connection->existed))
        connection->interface = skb->ifindex;
}

static __always_inline int segment_leaves(struct __sk_buff *skb, struct option_room *room)
{
    struct bpf_sock *sk = skb->sk ? bpf_sk_fullsock(skb->sk) : NULL;
    struct connection *connection = sk ? bpf_sk_storage_get(&connections, sk, NULL, 0) : NULL;
    struct segment segment = {.network = packet_network(skb)};
    struct bpf_tcp_sock *tcp;

    if (!connection || stream_is_deaf(&connection->tx))
        return TC_NEXT;
    if (connection->role == ROLE_SERVER) {
        if (connection->options.echo && segment_locate(skb, &segment))
            option_is_answered(skb, connection, &segment, room);
        return TC_NEXT;
    }
    segment_leaves_here(skb, sk, connection);
    if (connection->interface != skb->ifindex ||
        (!connection->options.pending && connection->tx.phase != STREAM_HEAD))
        return TC_NEXT;
    tcp = bpf_tcp_sock(sk);
    if (!tcp || !segment_locate(skb, &segment))
        return TC_NEXT;
    option_settle(connection, tcp->snd_una);
    if (!segment.size)
        return TC_NEXT;
    if (option_begins(connection, segment.seq))
        option_prepare(connection);
    return option_leaves(skb, connection, tcp, &segment, room);
}

/* What option_send_copy() made. It is nobody's if it cannot be cut, and does not leave. */
static __always_inline int copy_leaves(struct __sk_buff *skb, struct option_room *room)
{
    struct segment segment = {.network = packet_network(skb)};

    if (!segment_locate(skb, &segment) || segment.seq != room->seq)
        return TC_NEXT;
    if (room->size == OPTION_ECHO_SIZE)
        return option_cut_copy(skb, &segment, room, OPTION_ECHO_SIZE) ? TC_NEXT : TC_DROP;
    return option_cut_copy(skb, &segment, room, OPTION_SIZE) ? TC_NEXT : TC_DROP;
}

SEC("tcx/egress")
int on_leaving(struct __sk_buff *skb)
{
    struct option_room *room = option_room();

    if (!room || throttle_step() == THROTTLE_OFF)
        return TC_NEXT;
    return room->copy == OPTION_COPY_MADE && !skb->sk ? copy_leaves(skb, room)
                                                      : segment_leaves(skb, room);
}
