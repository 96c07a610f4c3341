// SPDX-License-Identifier: Apache-2.0
// Heads of requests from a seed: every form that senders use, and forms that none should.
#pragma once
#include <stdbool.h>
#include "random.h"

enum framing {
    FRAMING_NONE,
    FRAMING_LENGTH,
    FRAMING_CHUNKED,
    FRAMING_BROKEN, /* where the body ends cannot be known */
};

struct head {
    enum framing framing;
    size_t length;
    size_t blank_at; /* where in the stream its blank line starts */
    bool has_context;
    bool is_head;
    bool is_connect;
    bool upgrades;
    bool closes;
    bool expects;
    bool is_old; /* lines end with LF alone, now and then */
};

static void put_end(struct text *t, struct random *r, const struct head *head)
{
    put(t, head->is_old && one_of(r, 2) ? "\n" : "\r\n");
}

/* A field name in letters of any case. */
static void put_name(struct text *t, struct random *r, const char *name)
{
    unsigned style = random_below(r, 4);

    for (; *name; name++) {
        char c = *name;

        if (style == 1 || (style == 2 && one_of(r, 2)))
            c = toupper(c);
        else if (style == 3)
            c = tolower(c);
        put_byte(t, c);
    }
}

static void put_field(
    struct text *t, struct random *r, const struct head *head, const char *name, const char *value)
{
    static const char *const spaces[] = {" ", "", "\t", "   ", " \t "};

    put_name(t, r, name);
    put(t, ":");
    put(t, one_of(r, 4) ? spaces[random_below(r, 5)] : " ");
    put(t, value);
    if (one_of(r, 20))
        put(t, spaces[random_below(r, 5)]);
    put_end(t, r, head);
}

static void put_length(struct text *t, struct random *r, struct head *head)
{
    char value[32];

    snprintf(value, sizeof(value), one_of(r, 20) ? "00%zu" : "%zu", head->length);
    put_field(t, r, head, "Content-Length", value);
    if (one_of(r, 30))
        put_field(t, r, head, "content-length", value);
}

static void put_transfer_encoding(struct text *t, struct random *r, const struct head *head)
{
    static const char *const values[] = {"chunked", "Chunked", "gzip, chunked", "CHUNKED"};

    put_field(t, r, head, "Transfer-Encoding", values[random_below(r, 4)]);
    if (one_of(r, 20))
        put_field(t, r, head, "Content-Length", "7"); /* chunked wins: RFC 9112, 6.3 */
}

static void put_broken_framing(struct text *t, struct random *r, const struct head *head)
{
    static const char *const lines[] = {
        "Content-Length: 5\r\nContent-Length: 6",
        "Content-Length: +5",
        "Content-Length: five",
        "Content-Length:",
        "Content-Length : 400",
        "Transfer-Encoding\t: chunked",
        "Content-Length: 5\r\n 0",
        "Content-Length: 9999999999999999999",
        "Transfer-Encoding: gzip",
        "Transfer-Encoding: xchunked",
        "Transfer-Encoding: chunked, gzip",
        "Transfer-Encoding: chunked\r\n\t, gzip",
        "Transfer-Encoding:\r\n chunked",
    };

    put(t, lines[random_below(r, sizeof(lines) / sizeof(*lines))]);
    put_end(t, r, head);
}

/* A context of the application's own; what is malformed is left alone just so. */
static void put_context(struct text *t, struct random *r, const struct head *head)
{
#define TRACE "0af7651916cd43dd8448eb211c80319c"
#define SPAN "b7ad6b7169203331"
    static const char *const fields[][2] = {
        {"traceparent", "00-" TRACE "-" SPAN "-01"},
        {"traceparent", "00-" TRACE "-" SPAN "-00"},
        {"traceparent", "cc-" TRACE "-" SPAN "-01-what-the-future-brings"},
        {"traceparent", "00-0AF7651916CD43DD8448EB211C80319C-" SPAN "-01"},
        {"traceparent", "ff-" TRACE "-" SPAN "-01"},
        {"traceparent", "00-00000000000000000000000000000000-" SPAN "-01"},
        {"traceparent", "00-" TRACE "-" SPAN "-01-no"},
        {"traceparent", "00-" TRACE},
        {"traceparent", "\r\n 00-" TRACE "-" SPAN "-01"},
        {"traceparent", ""},
        {"b3", TRACE "-" SPAN "-1"},
        {"b3", SPAN "-" SPAN "-d-" SPAN},
        {"b3", "0"},
        {"b3", "nonsense"},
        {"X-B3-TraceId", TRACE},
        {"X-B3-SpanId", SPAN},
        {"X-B3-Sampled", "1"},
        {"X-B3-Flags", "1"},
        {"X-B3-TraceId", "short"},
    };

    for (unsigned i = one_of(r, 3) ? 2 : 1; i; i--) {
        unsigned which = random_below(r, sizeof(fields) / sizeof(*fields));

        put_field(t, r, head, fields[which][0], fields[which][1]);
    }
    if (one_of(r, 40)) {
        put(t, "traceparent: cc-" TRACE "-" SPAN "-01-");
        put_token(t, r, 900 + random_below(r, 300));
        put_end(t, r, head);
    }
}

/* Names and values that resemble what is looked for. */
static void put_resembling(struct text *t, struct random *r, const struct head *head)
{
    static const char *const fields[][2] = {
        {"x-traceparent", "00-" TRACE "-" SPAN "-01"},
        {"traceparent2", "1"},
        {"traceparen", "1"},
        {"b33", "1"},
        {"b", "3"},
        {"X-B3-Other", "1"},
        {"X-Content-Length", "50"},
        {"Content-Lengthy", "50"},
        {"Transfer-Encodings", "chunked"},
        {"X-Upgrade", "any"},
        {"tracestate", "a=1,b=2"},
        {"baggage", "a=1"},
        {"TE", "trailers, chunked"},
        {"Comment", "traceparent: 00-" TRACE "-" SPAN "-01"},
        {"Comment", "first\r\n traceparent: second"},
        {"Comment", "GET / HTTP/1.1"},
        {"Empty", ""},
    };
    unsigned which = random_below(r, sizeof(fields) / sizeof(*fields));

    put_field(t, r, head, fields[which][0], fields[which][1]);
}

static void put_any_field(struct text *t, struct random *r, const struct head *head)
{
    if (one_of(r, 4)) {
        put_resembling(t, r, head);
        return;
    }
    put(t, "Q-");
    put_token(t, r, random_below(r, 20));
    put(t, ": ");
    put_token(t, r, one_of(r, 50) ? random_below(r, 6000) : random_below(r, 60));
    if (one_of(r, 30)) {
        put_end(t, r, head);
        put(t, one_of(r, 2) ? " " : "\t");
        put_token(t, r, random_below(r, 30));
    }
    put_end(t, r, head);
}

static void put_start_line(struct text *t, struct random *r, struct head *head)
{
    static const char *const methods[] = {
        "GET", "GET", "GET", "POST", "PUT", "HEAD", "DELETE", "PATCH", "M-SEARCH", "PROPFIND"};
    const char *method = head->is_connect ? "CONNECT" : methods[random_below(r, 10)];

    head->is_head = !strcmp(method, "HEAD");
    while (one_of(r, 40))
        put(t, "\r\n"); /* before a request: RFC 9112, 2.2 */
    put(t, method);
    if (head->is_connect)
        put(t, " host:443");
    else if (one_of(r, 30))
        put(t, " *");
    else
        put(t, one_of(r, 10) ? " http://host:80/" : " /");
    if (!head->is_connect)
        put_token(t, r, one_of(r, 50) ? random_below(r, 4000) : random_below(r, 40));
    put(t, one_of(r, 20) ? " HTTP/1.0" : " HTTP/1.1");
    put_end(t, r, head);
}

static void head_make(struct head *head, struct random *r)
{
    *head = (struct head){
        .framing = one_of(r, 60)  ? FRAMING_BROKEN
                   : one_of(r, 2) ? FRAMING_NONE
                   : one_of(r, 3) ? FRAMING_CHUNKED
                                  : FRAMING_LENGTH,
        .length = one_of(r, 300)  ? random_below(r, 200000)
                  : one_of(r, 10) ? random_below(r, 6000)
                                  : random_below(r, 200),
        .has_context = one_of(r, 6),
        .upgrades = one_of(r, 80),
        .closes = one_of(r, 60),
        .is_old = one_of(r, 20),
    };
    head->is_connect = head->framing == FRAMING_NONE && one_of(r, 60);
    head->upgrades &= !head->is_connect && head->framing != FRAMING_BROKEN;
    head->closes &= !head->is_connect && !head->upgrades;
    head->expects =
        (head->framing == FRAMING_LENGTH || head->framing == FRAMING_CHUNKED) && one_of(r, 20);
}

static void put_framing(struct text *t, struct random *r, struct head *head)
{
    if (head->framing == FRAMING_LENGTH)
        put_length(t, r, head);
    else if (head->framing == FRAMING_CHUNKED)
        put_transfer_encoding(t, r, head);
    else if (head->framing == FRAMING_BROKEN)
        put_broken_framing(t, r, head);
}

static void put_head(struct text *t, struct random *r, struct head *head)
{
    unsigned count = one_of(r, 100) ? 200 : random_below(r, 12);
    unsigned framing_at = random_below(r, count + 1);
    unsigned context_at = random_below(r, count + 1);

    put_start_line(t, r, head);
    for (unsigned i = 0; i <= count; i++) {
        if (i == framing_at)
            put_framing(t, r, head);
        if (i == context_at && head->has_context)
            put_context(t, r, head);
        if (i < count)
            put_any_field(t, r, head);
    }
    if (head->upgrades)
        put_field(t, r, head, "Upgrade", "any");
    if (head->closes)
        put_field(t, r, head, "Connection", "close");
    if (head->expects)
        put_field(t, r, head, "Expect", "100-continue");
    head->blank_at = t->size;
    put_end(t, r, head);
}
