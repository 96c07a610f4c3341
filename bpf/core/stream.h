/* SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
/* Places in one direction of a connection: sequence numbers that do not wrap. */
#pragma once
#include "connection.h"

/* Far enough from 0 that nothing near it is negative. */
static __always_inline __u64 stream_origin(__u32 seq)
{
    return (1ULL << 32) + seq;
}

/* Nearest place to `reference` with this sequence number. */
static __always_inline __u64 stream_locate(__u64 reference, __u32 seq)
{
    return reference + (__s32)(seq - (__u32)reference);
}

static __always_inline void stream_begin(struct stream *stream, __u32 seq)
{
    stream->position = stream_origin(seq);
    stream->phase = STREAM_START;
    stream->proven = 1;
}

static __always_inline bool stream_is_deaf(const struct stream *stream)
{
    return stream->phase >= STREAM_TUNNEL && stream->phase <= STREAM_OVER;
}
