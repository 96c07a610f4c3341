// SPDX-License-Identifier: Apache-2.0
// What was received of a connection of frames_random.h, compared with what was sent.
#pragma once
#include "frames_random.h"

#define CONTEXT_SIZE 55

struct compare {
    struct connection *sent;
    uint64_t seed;
    uint64_t number;
    unsigned said; /* contexts that nghttp2 read, in this connection */
    unsigned long long added;
    unsigned long long places;
    unsigned long long own;
    unsigned long long requests;
    unsigned long long frames;
    unsigned long long bytes;
};

static void differ(const struct compare *v, size_t at, const char *why)
{
    fprintf(stderr,
            "h2_receiver: %s: seed %llu connection %llu at %zu\n",
            why,
            (unsigned long long)v->seed,
            (unsigned long long)v->number,
            at);
    exit(1);
}

/* 00-<32 digits>-<16 digits>-0<0 to 3>, both ids other than zero. */
static bool is_context(const char *text)
{
    static const char form[] = "00-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx-xxxxxxxxxxxxxxxx-0x";

    if (strlen(text) != CONTEXT_SIZE || text[CONTEXT_SIZE - 1] > '3')
        return false;
    for (unsigned i = 0; i < CONTEXT_SIZE; i++)
        if (form[i] == 'x' ? !isdigit((unsigned char)text[i]) && (text[i] < 'a' || text[i] > 'f')
                           : text[i] != form[i])
            return false;
    return strspn(text + 3, "0") < 32 && strspn(text + 36, "0") < 16;
}

/* What nghttp2 read is what was sent, and behind it one context at most if there was none. */
static void compare_block(struct compare *v, unsigned i, unsigned stream, const struct text *fields)
{
    const struct block *b = &v->sent->blocks[i];
    const char *rest = fields->bytes + b->fields.size;

    if (i >= v->sent->block_count || b->stream != stream)
        differ(v, stream, "a header block of another stream");
    if (fields->size < b->fields.size || memcmp(fields->bytes, b->fields.bytes, b->fields.size))
        differ(v, stream, "other header fields");
    if (fields->size == b->fields.size)
        return;
    if (!b->is_request || b->has_context)
        differ(v, stream, "a field too many");
    if (fields->size != b->fields.size + sizeof("traceparent") + CONTEXT_SIZE + 1 ||
        strcmp(rest, "traceparent") || !is_context(rest + sizeof("traceparent")))
        differ(v, stream, "not the announced field");
    v->said++;
}

static size_t frame_size(const char *bytes)
{
    const uint8_t *frame = (const uint8_t *)bytes;

    return FRAME_HEADER + (frame[0] << 16 | frame[1] << 8 | frame[2]);
}

/* The first `same` bytes behind the header, then the added field, then the rest. Returns the size of the field. */
static size_t compare_longer(struct compare *v,
                             const char *sent,
                             size_t sent_size,
                             size_t same,
                             const char *received,
                             size_t size)
{
    size_t added = size - sent_size;

    if (memcmp(sent + 3, received + 3, FRAME_HEADER - 3 + same) ||
        memcmp(sent + FRAME_HEADER + same,
               received + FRAME_HEADER + same + added,
               sent_size - FRAME_HEADER - same))
        differ(v, sent - v->sent->sent.bytes, "another byte in a frame that was made longer");
    if (received[FRAME_HEADER + same])
        differ(v, sent - v->sent->sent.bytes, "not a literal without indexing");
    return added;
}

/* A full frame stays, without END_HEADERS, and a CONTINUATION with the field follows. Returns the size of the latter. */
static size_t compare_continued(
    struct compare *v, const char *sent, size_t sent_size, const char *received, size_t left)
{
    const char *more = received + sent_size;

    if (memcmp(sent, received, 4) || (sent[4] & ~NGHTTP2_FLAG_END_HEADERS) != received[4] ||
        memcmp(sent + 5, received + 5, sent_size - 5))
        differ(v, sent - v->sent->sent.bytes, "another byte in a frame that is continued");
    if (left < sent_size + FRAME_HEADER || left < sent_size + frame_size(more) ||
        more[3] != NGHTTP2_CONTINUATION || more[4] != NGHTTP2_FLAG_END_HEADERS ||
        memcmp(more + 5, sent + 5, 4) || more[FRAME_HEADER])
        differ(v, sent - v->sent->sent.bytes, "not a continuation with a literal");
    return frame_size(more);
}

/* Byte for byte; the fields that were added are as many as nghttp2 read. */
static void compare_bytes(struct compare *v, const struct text *received)
{
    const struct connection *c = v->sent;
    size_t at = sizeof(preface) - 1;
    unsigned added = 0;

    if (received->size < at || memcmp(received->bytes, preface, at))
        differ(v, 0, "another preface");
    for (unsigned i = 0; i < c->frame_count; i++) {
        const struct frame *frame = &c->frames[i];
        const char *sent = c->sent.bytes + frame->at, *got = received->bytes + at;
        size_t size = frame_size(sent), left = received->size - at;

        if (left < FRAME_HEADER || left < frame_size(got))
            differ(v, frame->at, "the bytes ended early");
        if (left >= size && !memcmp(sent, got, size)) {
            at += size;
            continue;
        }
        if (!frame->block_end)
            differ(v, frame->at, "another byte");
        if (frame_size(got) > size)
            at += size + compare_longer(v,
                                        sent,
                                        size,
                                        frame->block_end - frame->at - FRAME_HEADER,
                                        got,
                                        frame_size(got));
        else
            at += size + compare_continued(v, sent, size, got, left);
        added++;
    }
    if (at != received->size)
        differ(v, c->sent.size, "stray bytes at the end");
    if (added != v->said)
        differ(v, added, "fields were added that nghttp2 did not read");
    v->said = 0;
    v->added += added;
    v->places += c->places;
    v->own += c->requests - c->places;
    v->requests += c->requests;
    v->frames += c->frame_count;
    v->bytes += c->sent.size;
}
