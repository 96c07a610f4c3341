/* SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
/* Writes the context into the header block of a request of HTTP/2 that is just being sent.
 *
 * Where: behind its last field, because only there is it known that the application wrote no context of its
 * own, and pseudo-headers come first. As literals that enter no table, so that both sides' tables stay what
 * they are. The frame becomes longer by them; where it would become longer than the reader allows, they go
 * into a CONTINUATION behind it. */
#pragma once
#include "../core/http2_walk.h"
#include "http1_header.h"

struct http2_edit {
    struct sk_msg_md *msg;
    struct http2_side *side;
    struct http2_side *other;
    int frame; /* in the message: header of the frame that ends the block; -1: it has left already ... */
    int end; /* ... and where the next field would be */
    int verdict;
    __u32 size; /* bytes that the message became longer by */
};

/* Where in the message a place of the stream is; -1: it left with an earlier one. */
static __always_inline int http2_locate(const struct feed *feed, __u64 parsed)
{
    __u64 position = http2_feed_of((struct feed *)feed)->side->origin + parsed;
    __u64 begin = feed->cursor->position - feed->cursor->offset;

    return position < begin || position - begin > MESSAGE_REACH ? -1 : (int)(position - begin);
}

static __always_inline bool http2_write_header(const struct http2_edit *edit, __u32 size, bool ends)
{
    __u8 *to;

    if (edit->frame < 0 || edit->frame > MESSAGE_REACH)
        return false;
    to = (__u8 *)(long)edit->msg->data + edit->frame;
    if (to + HTTP2_HEADER_SIZE > (__u8 *)(long)edit->msg->data_end)
        return false;
    http2_write_frame_size(to, size);
    if (!ends)
        to[4] &= ~HTTP2_END_HEADERS;
    return true;
}

/* Would TCP take the grown message up to the end of the edit, at least? A long one was cut in front of this
 * request (http2_message_cut). */
static __always_inline bool http2_fits(const struct http2_edit *edit,
                                       const struct tcp_sock *tcp,
                                       __u32 grows)
{
    __u32 end = edit->end + grows;

    return (!edit->frame || end <= SEVERAL_MAX) && header_fits(edit->msg, tcp, grows, end, false);
}

/* What the peer has announced, or may be expected of it. */
static __always_inline struct http2_settings http2_allowed(const struct http2_side *other)
{
    struct http2_settings none = {
        .table_size = HPACK_TABLE_SIZE, .frame_size = HTTP2_FRAME_SIZE, .list_size = ~0U};

    return other && other->origin ? other->http2.settings : none;
}

/* The header of a frame of our own, in front of the fields in the window. */
static __always_inline void http2_continuation(struct window *fields, __u32 stream)
{
    http2_write_frame_size(fields->bytes, fields->size - HTTP2_HEADER_SIZE);
    fields->bytes[3] = HTTP2_CONTINUATION;
    fields->bytes[4] = HTTP2_END_HEADERS;
    *(__be32 *)(fields->bytes + 5) = bpf_htonl(stream);
}

static __always_inline enum counter http2_put_fields(
    struct http2_edit *edit, const struct window *fields, __u32 at, __u32 frame_size, bool ends)
{
    enum counter made = header_insert(edit->msg, at, fields, fields->size, &edit->verdict);

    if (made != COUNTER_INJECTED)
        return made;
    if (!http2_write_header(edit, frame_size, ends))
        return header_undo(edit->msg, at, fields->size, &edit->verdict);
    edit->size = fields->size;
    return COUNTER_INJECTED;
}

/* The fields are in feed->window. */
static __always_inline enum counter http2_extend(struct feed *feed, struct http2_edit *edit)
{
    struct http2 *http2 = &edit->side->http2;
    struct window *fields = feed->window;
    enum counter made =
        http2_put_fields(edit, fields, edit->end, http2->frame_size + fields->size, true);

    if (made == COUNTER_INJECTED) {
        http2->position += edit->size;
        feed->stream->position += edit->size;
    }
    return made;
}

/* The same behind the frame, and its padding. */
static __always_inline enum counter http2_continue(struct feed *feed,
                                                   const struct exchange *exchange,
                                                   struct http2_edit *edit)
{
    struct http2 *http2 = &edit->side->http2;
    struct window *fields = feed->window;
    __u32 at = edit->end + http2->left;
    enum counter made;

    if (at > edit->msg->size || at > MESSAGE_REACH)
        return COUNTER_SKIP_SPLIT;
    header_literals(feed->connection, &exchange->span, fields, HTTP2_HEADER_SIZE);
    http2_continuation(fields, http2->block_stream);
    made = http2_put_fields(edit, fields, at, http2->frame_size, false);
    if (made == COUNTER_INJECTED) {
        feed->stream->position += http2->left + edit->size;
        http2_leave(http2, edit->size);
    }
    return made;
}

static __always_inline enum counter http2_insert(struct feed *feed,
                                                 const struct exchange *exchange,
                                                 const struct tcp_sock *tcp,
                                                 struct http2_edit *edit)
{
    struct http2_settings allowed = http2_allowed(edit->other);
    const struct http2 *http2 = &edit->side->http2;
    struct window *fields = feed->window;

    header_literals(feed->connection, &exchange->span, fields, 0);
    if (!http2_list_has_room(http2, &allowed, fields->size, fields->line))
        return COUNTER_SKIP_NO_SPACE;
    if (!http2_fits(edit, tcp, fields->size + HTTP2_HEADER_SIZE))
        return COUNTER_SKIP_NO_SPACE;
    return http2->frame_size + fields->size <= allowed.frame_size
               ? http2_extend(feed, edit)
               : http2_continue(feed, exchange, edit);
}

/* A proxy's copy of the context that it received, in whichever form: a literal of ours in its place. One
 * that enters the table does so still: the entry is as large as before. */
static __always_inline enum counter http2_rewrite(struct feed *feed,
                                                  const struct exchange *exchange,
                                                  const struct tcp_sock *tcp,
                                                  struct http2_edit *edit)
{
    struct http2 *http2 = &edit->side->http2;
    struct window *field = feed->window;
    __u32 before = http2->fields.context_end - http2->fields.context_begin;
    int at = http2_locate(feed, http2->fields.context_begin);
    enum counter made;
    __u32 grows;

    if (!http2->fields.context_end || http2->fields.context_begin < http2->frame_position ||
        at < 0 || at > MESSAGE_REACH || before > TRACEPARENT_LITERAL)
        return COUNTER_SKIP_SPLIT;
    grows = TRACEPARENT_LITERAL - before;
    if (http2->frame_size + grows > http2_allowed(edit->other).frame_size ||
        !http2_fits(edit, tcp, grows))
        return COUNTER_SKIP_NO_SPACE;
    field->size = 0;
    put_traceparent(field, true, &exchange->span);
    if (http2->fields.context_form == HPACK_INDEXING)
        field->bytes[0] = HPACK_WITH_INDEXING;
    made = grows ? header_make_room(edit->msg, at, grows, &edit->verdict)
           : bpf_msg_pull_data(edit->msg, 0, at + TRACEPARENT_LITERAL, 0) ? COUNTER_SKIP_PUSH_FAILED
                                                                          : COUNTER_INJECTED;
    if (made != COUNTER_INJECTED)
        return made;
    if (!header_write(edit->msg, at, field, TRACEPARENT_LITERAL) ||
        !http2_write_header(edit, http2->frame_size + grows, true))
        return header_undo(edit->msg, at, grows, &edit->verdict);
    edit->size = grows;
    http2->position += grows;
    feed->stream->position += grows;
    return COUNTER_REWRITTEN;
}
