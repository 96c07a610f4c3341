// SPDX-License-Identifier: Apache-2.0
// Whole HTTP/2 connections of a client, from a seed: the sender and the receiver each make the same ones.
// What is sent, where in it Hilo may add a field, what each header block says, and when answers are awaited.
#pragma once
#include "blocks_random.h"

#define FRAME_HEADER 9
#define FRAME_SIZE 16384
#define FRAMES_MAX 2000
#define BLOCKS_MAX 256
#define STEPS_MAX 128
#define OPEN_MAX 48
#define CONTINUATIONS_MAX 6 /* nghttp2 takes 8, and Hilo may add one */
#define DATA_MAX 50000      /* of one stream: it has a window of 65,535 bytes */
#define LARGE_TABLE 65536

static const char preface[] = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

struct frame {
    size_t at;        /* of its header */
    size_t block_end; /* of a request's last frame: where a field may be added, else 0 */
};

/* Send up to here, then wait for so many answers; -1: for the settings of the server. */
struct step {
    size_t sent;
    int answers;
};

struct connection {
    struct text sent;
    struct frame frames[FRAMES_MAX];
    unsigned frame_count;
    struct block blocks[BLOCKS_MAX];
    unsigned block_count;
    struct step steps[STEPS_MAX];
    unsigned step_count;
    struct encoder encoder;
    bool large_table;
    unsigned requests;
    unsigned places; /* where a field may be added */
    int ended;       /* requests that will be answered */
    unsigned next_stream;
    struct {
        unsigned stream;
        size_t data;
    } open[OPEN_MAX];
    unsigned open_count;
};

static void put_big(struct text *t, uint32_t number, unsigned size)
{
    while (size--)
        put_byte(t, number >> (8 * size));
}

static struct frame *put_frame_header(
    struct connection *c, size_t size, uint8_t type, uint8_t flags, uint32_t stream)
{
    struct frame *frame = &c->frames[c->frame_count++];

    assert(c->frame_count < FRAMES_MAX && size <= FRAME_SIZE);
    *frame = (struct frame){.at = c->sent.size};
    put_big(&c->sent, size, 3);
    put_byte(&c->sent, type);
    put_byte(&c->sent, flags);
    put_big(&c->sent, stream, 4);
    return frame;
}

static void step(struct connection *c, int answers)
{
    assert(c->step_count < STEPS_MAX);
    c->steps[c->step_count++] = (struct step){c->sent.size, answers};
}

/* The block as one HEADERS and some CONTINUATION. */
static void put_block(struct connection *c, struct block *b, struct random *r, bool ends)
{
    size_t at = 0, size = b->encoded.size;
    unsigned rest = one_of(r, 3) ? 0 : random_below(r, CONTINUATIONS_MAX);

    for (bool first = true; first || at < size; first = false) {
        size_t prefix = first && one_of(r, 3) ? 5 : 0;
        size_t padding = first && one_of(r, 3) ? random_below(r, 256) : 0;
        bool padded = padding || (first && one_of(r, 8));
        size_t most = FRAME_SIZE - prefix - padding - padded;
        size_t left = size - at;
        size_t take = left;
        struct frame *frame;

        if (rest && left)
            take = random_below(r, left + 1), rest--;
        if (take > most)
            take = most;
        frame = put_frame_header(c,
                                 padded + prefix + take + padding,
                                 first ? NGHTTP2_HEADERS : NGHTTP2_CONTINUATION,
                                 (first && ends) | (take == left) << 2 | padded << 3 |
                                     (prefix != 0) << 5,
                                 b->stream);
        if (padded)
            put_byte(&c->sent, padding);
        if (prefix) {
            put_big(&c->sent, random_below(r, 2) << 31 | random_below(r, b->stream), 4);
            put_byte(&c->sent, random_below(r, 256));
        }
        memcpy(text_room(&c->sent, take), b->encoded.bytes + at, take);
        at += take;
        if (at == size && b->is_request)
            frame->block_end = c->sent.size;
        memset(text_room(&c->sent, padding), 0, padding);
    }
}

static void put_request(struct connection *c, struct random *r)
{
    struct block *b = &c->blocks[c->block_count++];
    bool ends = one_of(r, 2);

    assert(c->block_count < BLOCKS_MAX);
    b->fields.size = 0;
    b->is_request = true;
    b->has_context = false;
    b->stream = c->next_stream;
    c->next_stream += 2 + 2 * (one_of(r, 6) ? random_below(r, 100) : 0);
    take_fields(&c->encoder, b, r);
    put_block(c, b, r, ends);
    c->requests++;
    c->places += !b->has_context;
    c->ended += ends;
    if (!ends) {
        c->open[c->open_count].data = 0;
        c->open[c->open_count++].stream = b->stream;
    }
}

static void put_trailers(struct connection *c, struct random *r, unsigned stream)
{
    struct block *b = &c->blocks[c->block_count++];

    assert(c->block_count < BLOCKS_MAX);
    b->fields.size = 0;
    b->is_request = b->has_context = false;
    b->stream = stream;
    take_fields(&c->encoder, b, r);
    put_block(c, b, r, true);
}

static void put_data(struct connection *c, struct random *r, unsigned i, bool ends)
{
    size_t size = one_of(r, 10) ? random_below(r, FRAME_SIZE - 256) : random_below(r, 200);
    size_t padding = one_of(r, 4) ? random_below(r, 256) : 0;
    bool padded = padding || one_of(r, 8);

    if (c->open[i].data + size + padding + padded > DATA_MAX)
        size = padding = padded = 0;
    c->open[i].data += padded + size + padding;
    put_frame_header(
        c, padded + size + padding, NGHTTP2_DATA, ends | padded << 3, c->open[i].stream);
    if (padded)
        put_byte(&c->sent, padding);
    if (one_of(r, 4) && size > sizeof(preface) + FRAME_HEADER) {
        put(&c->sent, preface); /* what looks like the beginning of a connection */
        put_big(&c->sent, 0, 4);
        put_big(&c->sent, 0x01250000, 4);
        put_byte(&c->sent, 0);
        size -= sizeof(preface) - 1 + FRAME_HEADER;
    }
    put_bytes(&c->sent, r, size);
    memset(text_room(&c->sent, padding), 0, padding);
}

/* More of a stream that is open, or its end. */
static void put_more(struct connection *c, struct random *r)
{
    unsigned i = random_below(r, c->open_count), end = random_below(r, 6);

    if (end == 1)
        put_trailers(c, r, c->open[i].stream);
    else if (end == 2)
        put_frame_header(c, 4, NGHTTP2_RST_STREAM, 0, c->open[i].stream),
            put_big(&c->sent, NGHTTP2_CANCEL, 4);
    else
        put_data(c, r, i, end == 3);
    c->ended += end == 1 || end == 3;
    if (end && end < 4)
        c->open[i] = c->open[--c->open_count];
}

static void put_settings(struct connection *c, struct random *r)
{
    static const uint16_t values[][2] = {
        {1, 4096}, {2, 0}, {3, 100}, {5, 16384}, {6, 65535}, {0x4242, 7}};
    unsigned count = random_below(r, 4);

    put_frame_header(c, 6 * count, NGHTTP2_SETTINGS, 0, 0);
    while (count--) {
        const uint16_t *value = values[random_below(r, sizeof(values) / sizeof(*values))];

        put_big(&c->sent, value[0], 2);
        put_big(&c->sent, value[1], 4);
    }
}

static void put_other(struct connection *c, struct random *r)
{
    size_t size = random_below(r, 60);

    switch (random_below(r, 5)) {
    case 0:
        put_frame_header(c, 8, NGHTTP2_PING, 0, 0);
        put_bytes(&c->sent, r, 8);
        break;
    case 1:
        put_settings(c, r);
        break;
    case 2:
        put_frame_header(
            c, 4, NGHTTP2_WINDOW_UPDATE, 0, c->open_count && one_of(r, 2) ? c->open[0].stream : 0);
        put_big(&c->sent, 1 + random_below(r, 100000), 4);
        break;
    case 3:
        put_frame_header(c, 5, NGHTTP2_PRIORITY, 0, c->next_stream);
        put_big(&c->sent, random_below(r, c->next_stream), 4);
        put_byte(&c->sent, random_below(r, 256));
        break;
    default: /* of a type that nobody knows */
        put_frame_header(
            c, size, 0xb0 + random_below(r, 16), random_below(r, 256), random_below(r, 9));
        put_bytes(&c->sent, r, size);
        break;
    }
}

static void connection_begin(struct connection *c, struct random *r)
{
    c->sent.size = 0;
    c->frame_count = c->block_count = c->step_count = c->open_count = c->requests = c->places = 0;
    c->ended = 0;
    c->next_stream = 1;
    c->large_table = one_of(r, 8);
    encoder_begin(&c->encoder, c->large_table ? LARGE_TABLE : TABLE_SIZE);
    put(&c->sent, preface);
    put_settings(c, r);
    if (c->large_table || one_of(r, 2))
        step(c, -1);
    put_frame_header(c, 0, NGHTTP2_SETTINGS, NGHTTP2_FLAG_ACK, 0);
}

/* Afterwards, the same as after every other call with such a seed and number. */
static void connection_make(struct connection *c, struct random *r)
{
    unsigned events = 1 + random_below(r, one_of(r, 10) ? 120 : 30);

    connection_begin(c, r);
    put_request(c, r);
    for (unsigned i = 0; i < events; i++) {
        unsigned what = random_below(r, 8);

        if (what < 4 && c->open_count < OPEN_MAX)
            put_request(c, r);
        else if (what < 7 && c->open_count)
            put_more(c, r);
        else
            put_other(c, r);
        if (one_of(r, 6) && c->step_count < STEPS_MAX - 2)
            step(c, c->ended);
    }
    for (; c->open_count; c->open_count--, c->ended++)
        put_data(c, r, c->open_count - 1, true);
    step(c, c->ended);
    encoder_end(&c->encoder);
}
