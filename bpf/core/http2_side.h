/* SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
/* How far each direction of a connection of HTTP/2 was read. In storage of its own: it is larger than all
 * else that is known of a connection, and most speak HTTP/1. */
#pragma once
#include "connection.h"
#include "../protocols/http2.h"

#define TLS_SIDES_MAX 16384

struct http2_side {
    __u64 origin; /* where in the stream the parser's place 0 is, 0: it has not begun */
    struct http2 http2;
};

struct {
    __uint(type, BPF_MAP_TYPE_SK_STORAGE);
    __uint(map_flags, BPF_F_NO_PREALLOC);
    __type(key, int);
    __type(value, struct http2_side);
} http2_rx SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_SK_STORAGE);
    __uint(map_flags, BPF_F_NO_PREALLOC);
    __type(key, int);
    __type(value, struct http2_side);
} http2_tx SEC(".maps");

/* The same for connections inside TLS, which no socket is at hand for. */
struct tls_side_name {
    __u64 cookie;
    __u64 rx;
};

struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(map_flags, BPF_F_NO_PREALLOC);
    __uint(max_entries, TLS_SIDES_MAX);
    __type(key, struct tls_side_name);
    __type(value, struct http2_side);
} tls_sides SEC(".maps");

static const struct http2_side no_side;

static __always_inline struct http2_side *tls_side_of(__u64 cookie, bool rx)
{
    struct tls_side_name name = {.cookie = cookie, .rx = rx};

    return bpf_map_lookup_elem(&tls_sides, &name);
}

APART struct http2_side *tls_side_make(__u64 cookie, bool rx)
{
    struct tls_side_name name = {.cookie = cookie, .rx = rx};
    struct http2_side *side = bpf_map_lookup_elem(&tls_sides, &name);

    if (side || bpf_map_update_elem(&tls_sides, &name, &no_side, BPF_NOEXIST))
        return side;
    return bpf_map_lookup_elem(&tls_sides, &name);
}

static __always_inline void tls_side_forget(__u64 cookie, bool rx)
{
    struct tls_side_name name = {.cookie = cookie, .rx = rx};

    bpf_map_delete_elem(&tls_sides, &name);
}

static __always_inline struct http2_side *http2_side_of(struct bpf_sock *sk, bool rx, __u64 flags)
{
    return rx ? bpf_sk_storage_get(&http2_rx, sk, NULL, flags)
              : bpf_sk_storage_get(&http2_tx, sk, NULL, flags);
}

static __always_inline void http2_side_enter(struct http2_side *side,
                                             __u64 origin,
                                             enum http2_entry entry,
                                             bool responses)
{
    side->origin = origin;
    http2_begin(&side->http2, entry, responses ? HEADER_RESPONSE : HEADER_REQUEST);
}

/* What was taken for the beginning of a request of HTTP/1 was that of the preface. */
static __always_inline void http2_side_catch_up(struct http2_side *side,
                                                const struct http1_head *head)
{
    struct http2 *http2 = &side->http2;
    __u32 kept = head->kept;

    if (head->phase == HTTP1_PREFACE) {
        *(__u64 *)http2->gather = WORD('P', 'R', 'I', ' ', '*', ' ', 'H', 'T');
        *(__u64 *)(http2->gather + 8) = WORD('T', 'P', '/', '2', '.', '0', '\r', '\n');
        kept = head->size;
    } else {
        copy_words(http2->gather, head->keep, HTTP2_PREFACE_SIZE);
    }
    if (kept > HTTP2_PREFACE_SIZE)
        kept = 0; /* something stood in front of it */
    http2->gathered = kept;
    http2->position = kept;
    side->origin -= kept;
}

/* Enters a direction at its first byte. */
PROVEN_ONCE int http2_side_begin(struct http2_side *side,
                                 const struct stream *stream,
                                 bool responses)
{
    if (!side || !stream)
        return 0;
    http2_side_enter(
        side, stream->position, responses ? HTTP2_FROM_SETTINGS : HTTP2_FROM_PREFACE, responses);
    if (!responses && stream->head_position)
        http2_side_catch_up(side, &stream->head);
    return 0;
}
