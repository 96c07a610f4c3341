/* SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
/* Writes an option into a packet that TCP has finished (traffic control).
 *
 * What TCP sends has its checksum yet to be made (CHECKSUM_PARTIAL), from a place that the packet keeps
 * relative to its memory. bpf_skb_adjust_room() moves all headers in front of the new room, and that
 * place does not move with them: the checksum would be made of the wrong bytes. So the headers stay
 * where they are and the payload moves towards the tail (bpf_skb_change_tail), which also means that the
 * kernel gives the packet memory of its own first: what TCP keeps for sending again is never touched.
 *
 * A packet that will be cut into segments by the device (GSO) cannot be grown that way: it would no
 * longer be cut. Nor can a segment that is as large as segments may be. In front of such a one an empty
 * segment with the option leaves: a copy of it, cut off behind its header. To TCP that is one more
 * acknowledgement, with the sequence number of the request. It takes no part of the maximal segment size,
 * so nothing about that has to be negotiated, and if it is lost the request is not.
 *
 * Left alone: fragments, packets whose lengths do not agree, and headers with any other option than
 * timestamps or one SACK block. Others might be a signature of all of them (MD5, AO). */
#pragma once
#include "option_send.h"
#include "packet.h"

#define OPTION_PAYLOAD_MAX 2048 /* of what is grown; a larger segment has its option apart */

#define IPV4_HEADER 20
#define IPV4_FRAGMENT 0x3f /* more follow, or it is not the first: bits of the first byte */

#define TCP_FLAG_ACK 0x10
#define TCP_OPTION_TIMESTAMPS 0x0101080a /* two bytes of padding before it */
#define TCP_OPTION_SACK 0x0101050a

enum option_copy : __u32 {
    OPTION_COPY_NONE,
    OPTION_COPY_MADE, /* on its way through the hook again, on this CPU, inside the call that made it */
    OPTION_COPY_LEFT,
};

/* Traffic control is not preempted by itself: one per CPU is enough. */
struct option_room {
    __u16 words[OPTION_WORDS];
    __u32 size; /* OPTION_SIZE, or OPTION_ECHO_SIZE */
    __u32 seq;  /* of the packet that was copied */
    enum option_copy copy;
    __u8 payload[OPTION_PAYLOAD_MAX];
};

struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, struct option_room);
} option_rooms SEC(".maps");

static __always_inline struct option_room *option_room(void)
{
    __u32 zero = 0;

    return bpf_map_lookup_elem(&option_rooms, &zero);
}

static __always_inline bool packet_is_ipv4(const struct __sk_buff *skb)
{
    return skb->protocol == bpf_htons(ETH_P_IP);
}

/* It is what it seems: one whole packet, and nothing else. */
static __always_inline bool packet_is_plain(struct __sk_buff *skb, const struct segment *segment)
{
    __u32 size = skb->len - segment->network;
    struct ipv6_header ip6;
    struct ipv4_header ip4;

    if (packet_is_ipv4(skb))
        return packet_read(skb, segment->network, &ip4, sizeof(ip4)) &&
               ip4.version_and_size >> 4 == 4 && segment->tcp - segment->network >= IPV4_HEADER &&
               !(ip4.ignored[2] & IPV4_FRAGMENT) && !ip4.ignored[3] &&
               bpf_ntohs(ip4.total_size) == size;
    return skb->protocol == bpf_htons(ETH_P_IPV6) &&
           packet_read(skb, segment->network, &ip6, sizeof(ip6)) && ip6.ignored[0] >> 4 == 6 &&
           sizeof(ip6) + (ip6.ignored[4] << 8 | ip6.ignored[5]) == size;
}

static __always_inline bool option_has_room(struct __sk_buff *skb, const struct segment *segment)
{
    __u32 header = segment->offset - segment->tcp;
    __be32 first;

    if (header == TCP_HEADER)
        return true;
    return header == TCP_HEADER + TCP_TIMESTAMPS &&
           packet_read(skb, segment->tcp + TCP_HEADER, &first, sizeof(first)) &&
           (first == bpf_htonl(TCP_OPTION_TIMESTAMPS) || first == bpf_htonl(TCP_OPTION_SACK));
}

/* Replaces two bytes of the TCP header. */
static __always_inline bool tcp_header_set(
    struct __sk_buff *skb, const struct segment *segment, __u32 at, __be16 from, __be16 to)
{
    __u32 checksum = segment->tcp + offsetof(struct tcp_header, checksum);

    return !bpf_l4_csum_replace(skb, checksum, from, to, sizeof(to)) &&
           !bpf_skb_store_bytes(skb, segment->tcp + at, &to, sizeof(to), 0);
}

/* Says everywhere that the packet now has `size` bytes from the TCP header on. */
static __always_inline bool packet_set_size(struct __sk_buff *skb,
                                            const struct segment *segment,
                                            __u32 size)
{
    __u32 checksum = segment->tcp + offsetof(struct tcp_header, checksum);
    __u32 before = segment->offset - segment->tcp + segment->size;
    __u32 at = segment->network + offsetof(struct ipv6_header, ignored[4]);
    __be16 to = bpf_htons(size);
    __be16 from;

    if (bpf_l4_csum_replace(skb, checksum, bpf_htons(before), to, BPF_F_PSEUDO_HDR | sizeof(to)))
        return false;
    if (packet_is_ipv4(skb)) {
        at = segment->network + offsetof(struct ipv4_header, total_size);
        to = bpf_htons(segment->tcp - segment->network + size);
        from = bpf_htons(segment->tcp - segment->network + before);
        if (bpf_l3_csum_replace(skb,
                                segment->network + offsetof(struct ipv4_header, checksum),
                                from,
                                to,
                                sizeof(to)))
            return false;
    }
    return !bpf_skb_store_bytes(skb, at, &to, sizeof(to), 0);
}

/* Behind the header there is room: fills it. `payload` is what follows it. */
static __always_inline bool option_fill_room(struct __sk_buff *skb,
                                             const struct segment *segment,
                                             struct option_room *room,
                                             const __u32 option,
                                             __u32 payload)
{
    const __u32 at = offsetof(struct tcp_header, data_offset);
    __u32 checksum = segment->tcp + offsetof(struct tcp_header, checksum);
    __u32 size = segment->offset - segment->tcp + option;
    __s64 sum = bpf_csum_diff(NULL, 0, (__be32 *)room->words, option, 0);
    __u8 before[2];
    __u8 after[2];

    if (!packet_read(skb, segment->tcp + at, before, sizeof(before)))
        return false;
    after[0] = size / 4 << 4 | (before[0] & 15);
    after[1] = payload ? before[1] : TCP_FLAG_ACK;
    return !bpf_skb_store_bytes(skb, segment->offset, room->words, option, 0) &&
           !bpf_l4_csum_replace(skb, checksum, 0, sum, 0) &&
           tcp_header_set(skb, segment, at, *(__be16 *)before, *(__be16 *)after) &&
           packet_set_size(skb, segment, size + payload);
}

/* Moves the payload towards the tail. If that fails, the packet is as it was. */
static __always_inline bool packet_make_room(struct __sk_buff *skb,
                                             const struct segment *segment,
                                             struct option_room *room)
{
    __u32 size = segment->size;

    if (size == 0 || size > OPTION_PAYLOAD_MAX)
        return false;
    size = one_to(size, OPTION_PAYLOAD_MAX);
    if (bpf_skb_load_bytes(skb, segment->offset, room->payload, size) ||
        bpf_skb_change_tail(skb, skb->len + OPTION_SIZE, 0))
        return false;
    if (!bpf_skb_store_bytes(skb, segment->offset + OPTION_SIZE, room->payload, size, 0))
        return true;
    bpf_skb_change_tail(skb, skb->len - OPTION_SIZE, 0);
    return false;
}

/* Sends a copy of the packet ahead. It comes to the same hook, which makes it what it shall be
 * (option_cut_copy); if that cannot be, or somebody takes it before, it does not leave. */
static __always_inline bool option_send_copy(struct __sk_buff *skb,
                                             const struct segment *segment,
                                             struct option_room *room,
                                             __u32 option)
{
    bool left;

    room->size = option;
    room->seq = segment->seq;
    room->copy = OPTION_COPY_MADE;
    bpf_clone_redirect(skb, skb->ifindex, 0);
    left = room->copy == OPTION_COPY_LEFT;
    room->copy = OPTION_COPY_NONE;
    return left;
}

/* True when it is an empty segment with the option now. */
static __always_inline bool option_cut_copy(struct __sk_buff *skb,
                                            const struct segment *segment,
                                            struct option_room *room,
                                            const __u32 option)
{
    if (bpf_skb_change_tail(skb, segment->offset + option, 0) ||
        !option_fill_room(skb, segment, room, option, 0))
        return false;
    room->copy = OPTION_COPY_LEFT;
    return true;
}
