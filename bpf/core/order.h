/* SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
/* Segments that repeat what was seen, or come before those in front of them. */
#pragma once
#include "exchange.h"
#include "turn.h"
#include "walk.h"

#define HOLE_NS 10000000000ULL /* longer than TCP takes to repeat a segment several times */

/* True when `size` bytes at `position` bring the stream further. */
static __always_inline bool stream_enter(struct feed *feed, __u64 position, __u32 size)
{
    struct stream *stream = feed->stream;
    __u64 end = position + size;

    if (stream_is_deaf(stream))
        return false;
    if (stream->phase == STREAM_LOST)
        return end > stream->position;
    if (position <= stream->position)
        return end > stream->position || (end == stream->position && stream->phase == STREAM_BODY);
    /* A hole. TCP will fill it; what came before its turn will not come again. */
    if (!stream->missed_end)
        stream->missed_ns = feed->now;
    if (stream->skipped || feed->now - stream->missed_ns > HOLE_NS) {
        stream->missed_end = 0;
        feed_lose(feed);
        return true;
    }
    if (!stream->missed_end || position < stream->missed_begin)
        stream->missed_begin = position;
    if (end > stream->missed_end)
        stream->missed_end = end;
    return false;
}

/* Bytes that went by out of order were needed: the place in the stream is lost. */
static __always_inline void stream_leave(struct feed *feed)
{
    struct stream *stream = feed->stream;

    if (!stream->missed_end || stream->position < stream->missed_begin)
        return;
    if (stream->position < stream->missed_end) {
        stream->position = stream->missed_end;
        feed_lose(feed);
    }
    stream->missed_end = 0;
}
