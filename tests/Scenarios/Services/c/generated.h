// SPDX-License-Identifier: Apache-2.0
// HTTP/1.1 byte streams from a seed. The sender and the receiver each make the same ones: what is sent,
// where in it Hilo may add lines, and what is answered when. A connection is a row of streams; one that
// ends the HTTP on it (a tunnel, garbage, a body without an end) is the last.
#pragma once
#include "generated_head.h"

#define STEPS_MAX 256

/* Send up to here, then wait for the answers up to there. */
struct step {
    size_t sent;
    size_t answered;
};

struct stream {
    struct text sent;
    struct text answers;
    size_t places[STEPS_MAX]; /* in front of which blank lines may be added */
    unsigned place_count;
    struct step steps[STEPS_MAX];
    unsigned step_count;
    unsigned requests;
    bool last; /* of its connection */
};

static void stream_step(struct stream *s)
{
    s->steps[s->step_count++] = (struct step){s->sent.size, s->answers.size};
}

/* What would be taken for requests by someone who lost the place. */
static void put_look_alikes(struct text *t, struct random *r)
{
    static const char *const texts[] = {
        "GET /inside HTTP/1.1\r\nHost: x\r\n\r\n",
        "POST /inside HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi",
        "\r\n\r\nGET / HTTP/1.0\r\n\r\n",
        "0\r\n\r\nDELETE /inside HTTP/1.1\nHost: x\n\n",
        "CONNECT a:1 HTTP/1.1\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
        "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\r\n\r\n",
    };

    for (unsigned i = 1 + random_below(r, 4); i; i--)
        put(t, texts[random_below(r, sizeof(texts) / sizeof(*texts))]);
}

static void put_body(struct text *t, struct random *r, size_t size)
{
    size_t end = t->size + size;

    while (t->size < end)
        if (random_below(r, 3))
            put_token(t, r, 1 + random_below(r, 300));
        else
            put_look_alikes(t, r);
    t->size = end;
}

static size_t body_size(struct random *r)
{
    if (one_of(r, 400))
        return random_below(r, 200000);
    return one_of(r, 10) ? random_below(r, 5000) : random_below(r, 200);
}

static void put_chunk_line(struct text *t, struct random *r, size_t size)
{
    char line[64];

    snprintf(line, sizeof(line), one_of(r, 3) ? "%zX" : one_of(r, 4) ? "000%zx" : "%zx", size);
    put(t, line);
    if (one_of(r, 10))
        put(t, ";name=\"va lue\"");
    put(t, one_of(r, 20) ? "\n" : "\r\n");
}

static void put_chunked(struct text *t, struct random *r)
{
    for (unsigned i = random_below(r, 5); i; i--) {
        size_t size = 1 + body_size(r);

        put_chunk_line(t, r, size);
        put_body(t, r, size);
        put(t, "\r\n");
    }
    put_chunk_line(t, r, 0);
    if (one_of(r, 5))
        put(t, "traceparent: no\r\nX-Trailer: GET / HTTP/1.1\r\n");
    put(t, "\r\n");
}

static void put_answer(struct text *t, struct random *r, const struct head *head)
{
    static const char *const interims[] = {
        "HTTP/1.1 100 Continue\r\n\r\n", "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n", "", ""};
    char line[64];
    size_t size = one_of(r, 4) ? random_below(r, 2000) : random_below(r, 100);

    put(t, interims[random_below(r, 4)]);
    if (head->closes)
        put(t, "HTTP/1.1 200 OK\r\nConnection: close\r\n");
    else if (!head->is_head && one_of(r, 8)) {
        put(t, one_of(r, 2) ? "HTTP/1.1 204 No\r\n\r\n" : "HTTP/1.1 304 No\r\nETag: 1\r\n\r\n");
        return;
    } else
        put(t, one_of(r, 10) ? "HTTP/1.1 404 No\r\n" : "HTTP/1.1 200 OK\r\n");
    if (!head->is_head && one_of(r, 3)) {
        put(t, "Transfer-Encoding: chunked\r\n\r\n");
        put_chunked(t, r);
        return;
    }
    snprintf(line, sizeof(line), "Content-Length: %zu\r\n\r\n", size);
    put(t, line);
    if (!head->is_head)
        put_body(t, r, size);
}

/* Nothing on this connection is HTTP/1 from here on. */
static void stream_opaque(struct stream *s, struct random *r)
{
    for (unsigned i = 1 + random_below(r, 3); i; i--) {
        if (one_of(r, 2))
            put_bytes(&s->sent, r, random_below(r, 300));
        put_look_alikes(&s->sent, r);
        if (one_of(r, 3))
            stream_step(s);
    }
    s->last = true;
}

static void stream_garbage(struct stream *s, struct random *r)
{
    static const char *const starts[] = {
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        "\x16\x03\x01\x01\x40",
        "get / http/1.1\r\n\r\n",
        "GET /\r\n\r\n",
        "GET / HTTP/1.2\r\n\r\n",
        "GET / HTTP/1.1x\r\n\r\n",
        "GET / XHTTP/1.1\r\n\r\n",
        "*1\r\n$4\r\nPING\r\n",
        "EHLO relay.example.org\r\n",
        "SSH-2.0-OpenSSH_9\r\n",
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
        " GET / HTTP/1.1\r\n\r\n",
        "\r\n\r\n{\"json\": 1}\n",
        "\xff\xfe\xfd",
        "G\xc3\x8bT / HTTP/1.1\r\n\r\n",
    };

    put(&s->sent, starts[random_below(r, sizeof(starts) / sizeof(*starts))]);
    stream_opaque(s, r);
}

/* The answer that makes a tunnel, or refuses it. */
static void stream_tunnel(struct stream *s, struct random *r, const struct head *head)
{
    bool early = one_of(r, 3);

    if (one_of(r, 3)) { /* refused */
        if (head->is_connect)
            put(&s->answers, "HTTP/1.1 403 No\r\nContent-Length: 2\r\n\r\nno");
        else
            put_answer(&s->answers, r, head);
        stream_step(s);
        return;
    }
    if (early && one_of(r, 2))
        stream_step(s); /* what came before is answered */
    if (early)
        put_look_alikes(&s->sent, r);
    put(&s->answers,
        head->is_connect ? "HTTP/1.1 200 Established\r\n\r\n"
                         : "HTTP/1.1 101 Switching Protocols\r\nUpgrade: any\r\n\r\n");
    stream_step(s);
    stream_opaque(s, r);
}

/* Where the body ends cannot be known. */
static void stream_broken(struct stream *s, struct random *r)
{
    if (one_of(r, 2))
        put(&s->answers, "HTTP/1.1 400 No\r\nContent-Length: 0\r\n\r\n");
    if (one_of(r, 2))
        stream_step(s);
    stream_opaque(s, r);
}

static void put_broken_chunk(struct text *t, struct random *r)
{
    static const char *const lines[] = {"zz\r\n",
                                        "\r\n",
                                        "-5\r\n",
                                        " 5\r\n",
                                        "0x5\r\n",
                                        "5,\r\n",
                                        "1fffffffffffffffffffff\r\n",
                                        ";\r\n"};

    put(t, "3\r\nabc\r\n");
    put(t, lines[random_below(r, sizeof(lines) / sizeof(*lines))]);
}

static void stream_request(struct stream *s, struct random *r)
{
    struct head head;

    head_make(&head, r);
    put_head(&s->sent, r, &head);
    if (!head.has_context)
        s->places[s->place_count++] = head.blank_at;
    s->requests++;
    if (head.expects) {
        put(&s->answers, "HTTP/1.1 100 Continue\r\n\r\n");
        stream_step(s);
    }
    if (head.framing == FRAMING_LENGTH)
        put_body(&s->sent, r, head.length);
    if (head.framing == FRAMING_CHUNKED && one_of(r, 40)) {
        put_broken_chunk(&s->sent, r);
        stream_broken(s, r);
        return;
    }
    if (head.framing == FRAMING_BROKEN) {
        stream_broken(s, r);
        return;
    }
    if (head.framing == FRAMING_CHUNKED)
        put_chunked(&s->sent, r);
    if (head.is_connect || head.upgrades) {
        stream_tunnel(s, r, &head);
    } else {
        put_answer(&s->answers, r, &head);
        s->last |= head.closes;
    }
}

/* Ends in the middle of anything. */
static void stream_cut_off(struct stream *s, struct random *r)
{
    size_t end = s->sent.size - random_below(r, s->sent.size < 300 ? s->sent.size : 300);

    while (s->place_count && s->places[s->place_count - 1] >= end)
        s->place_count--;
    while (s->step_count && s->steps[s->step_count - 1].sent > end)
        s->step_count--;
    s->answers.size = s->step_count ? s->steps[s->step_count - 1].answered : 0;
    s->sent.size = end;
    s->last = true;
}

static void stream_make(struct stream *s, struct random *r)
{
    unsigned count = one_of(r, 2)    ? 1
                     : one_of(r, 30) ? 1 + random_below(r, 40)
                                     : 1 + random_below(r, 4);

    s->sent.size = s->answers.size = 0;
    s->place_count = s->step_count = s->requests = 0;
    s->last = one_of(r, 30);
    if (one_of(r, 25)) {
        stream_garbage(s, r);
    } else {
        for (; count && (!s->last || !s->requests); count--) {
            stream_request(s, r);
            if (one_of(r, 3))
                stream_step(s);
        }
        if (one_of(r, 25))
            stream_cut_off(s, r);
    }
    stream_step(s);
}
