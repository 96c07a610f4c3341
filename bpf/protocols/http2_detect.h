/* SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
/* Is this HTTP/2? A connection from its first byte says so with the preface; one that is older than Hilo
 * is recognised by its frames. */
#pragma once
#include "hpack_static.h"
#include "http2_wire.h"

/* The three words of the preface: RFC 9113, 3.4. */
static __always_inline bool http2_is_preface(const __u64 *words)
{
    return words[0] == WORD('P', 'R', 'I', ' ', '*', ' ', 'H', 'T') &&
           words[1] == WORD('T', 'P', '/', '2', '.', '0', '\r', '\n') &&
           words[2] == WORD('\r', '\n', 'S', 'M', '\r', '\n', '\r', '\n');
}

/* The window begins with it, as far as it goes. */
static __always_inline bool http2_may_be_preface(const struct window *window, __u32 size)
{
    __u64 first = window_word(window, 0) ^ WORD('P', 'R', 'I', ' ', '*', ' ', 'H', 'T');

    return size >= 8 ? !first : size && !(first << (64 - 8 * (size & 7)));
}

/* Frames of a connection that is older than Hilo: a segment is taken for the beginning of some only if
 * headers that make sense follow one another up to its very end. What each proves is counted in points,
 * because one alone may be chance: many protocols begin with a length. All lengths that frames have begin
 * with a zero byte, so no text does, and no length with its lowest byte first unless it is a multiple of 256. */
#define HTTP2_LOOK_FRAMES 64
#define HTTP2_LOOK_POINTS 2
#define HTTP2_LOOK_SURE 4 /* points: then the last frame may go on behind the segment */

struct http2_look {
    struct window *window;
    __u64 in_window;
};

/* A header block begins with a pseudo-header, as an index of the static table or of the dynamic one, or with
 * a literal that has the name of one. */
static __always_inline bool http2_may_begin_block(__u8 first)
{
    __u32 index = first & (first & 0x80 ? 0x7f : first & 0x40 ? 0x3f : 0x0f);

    if (first & 0x80 && index > HPACK_STATIC_COUNT)
        return true;
    return !(first & 0x20 && !(first & 0xc0)) && index >= 1 && index <= 14;
}

/* How much this header proves; 0: it is not one. */
static __always_inline __u32 http2_look_at(const struct window *window, __u32 at)
{
    __u64 word = __builtin_bswap64(window_word(window, at));
    __u32 size = word >> 40;
    __u32 type = word >> 32 & 0xff;
    __u32 flags = word >> 24 & 0xff;
    __u32 stream = (__u32)word << 8 | window_byte(window, at + 8);
    __u32 block = at + HTTP2_HEADER_SIZE;
    bool odd = stream & 1 && stream <= HTTP2_STREAM_MAX;

    if (size > HTTP2_FRAME_SIZE)
        return 0;
    switch (type) {
    case HTTP2_DATA:
        return odd && !(flags & ~(HTTP2_END_STREAM | HTTP2_PADDED));
    case HTTP2_HEADERS:
        if (!odd || !size || !(flags & HTTP2_END_HEADERS) ||
            flags & ~(HTTP2_END_STREAM | HTTP2_END_HEADERS | HTTP2_PADDED | HTTP2_HAS_PRIORITY))
            return 0;
        block += flags & HTTP2_PADDED ? 1 : 0;
        block += flags & HTTP2_HAS_PRIORITY ? HTTP2_PRIORITY_SIZE : 0;
        return http2_may_begin_block(window_byte(window, block)) ? 2 : 1;
    case HTTP2_PRIORITY:
        return odd && size == HTTP2_PRIORITY_SIZE && !flags;
    case HTTP2_RST_STREAM:
        return odd && size == 4 && !flags;
    case HTTP2_SETTINGS:
        if (stream || flags & ~HTTP2_ACK || (flags ? size : size % HTTP2_SETTING_SIZE))
            return 0;
        return 2;
    case HTTP2_PING:
        return !stream && size == 8 && !(flags & ~HTTP2_ACK) ? 2 : 0;
    case HTTP2_GOAWAY:
        return !stream && size >= 8 && !flags ? 2 : 0;
    case HTTP2_WINDOW_UPDATE:
        return size == 4 && !flags ? stream ? odd : 2 : 0;
    default:
        return 0;
    }
}

static long http2_look_step(__u32 index, void *state)
{
    const struct http2_look *look = state;
    struct window *window = look->window;
    __u32 at = window->at;
    __u32 points;

    (void)index;
    if (at + HTTP2_HEADER_SIZE > look->in_window)
        return 1;
    points = http2_look_at(window, at);
    if (!points) {
        window->value = 0;
        return 1;
    }
    window->value += points;
    window->at = at + HTTP2_HEADER_SIZE + (__u32)(__builtin_bswap64(window_word(window, at)) >> 40);
    return 0;
}

/* Does a frame begin where the window does? It has the first bytes of a segment of `size`. */
PROVEN_ONCE bool http2_looks_like(struct window *window, __u32 in_window, __u32 size)
{
    struct http2_look look = {.window = window, .in_window = in_window};

    if (!window)
        return false;
    window->at = 0;
    window->value = 0;
    repeat(HTTP2_LOOK_FRAMES, http2_look_step, &look);
    return window->value >= (window->at == size ? HTTP2_LOOK_POINTS : HTTP2_LOOK_SURE);
}
