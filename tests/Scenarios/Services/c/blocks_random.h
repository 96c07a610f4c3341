// SPDX-License-Identifier: Apache-2.0
// Header blocks by chance: requests, some with a context of their own, and trailers.
#pragma once
#include "hpack_random.h"

/* What one header block says: name, 0, value, 0, and so on. */
struct block {
    unsigned stream;
    bool is_request;
    bool has_context;
    struct text fields;
    struct text encoded;
};

static void put_value(struct text *t, struct random *r, struct encoder *e, const char *name)
{
    size_t size = one_of(r, 60)  ? random_below(r, 16000)
                  : one_of(r, 8) ? random_below(r, 600)
                                 : random_below(r, 40);

    /* What is in the table is said again. */
    for (unsigned i = 0; i < e->count && one_of(r, 2); i++) {
        const struct field *entry = encoder_entry(e, random_below(r, e->count));

        if (!strcmp(entry->name, name)) {
            put(t, entry->value);
            return;
        }
    }
    put_token(t, r, size);
}

static void put_context(struct text *t, struct random *r)
{
    char value[64];

    snprintf(value,
             sizeof(value),
             "00-%016llx%016llx-%016llx-0%u",
             (unsigned long long)random_next(r) | 1,
             (unsigned long long)random_next(r),
             (unsigned long long)random_next(r) | 1,
             random_below(r, 4));
    put(t, value);
}

static const char *random_name(struct random *r)
{
    static const char *const names[] = {
        "accept",
        "content-type",
        "cookie",
        "referer",
        "user-agent",
        "accept-encoding",
        "te-",
        "grpc-timeout",
        "x-request-id",
        "x-tenant",
        "traceparen",
        "traceparent-",
        "xtraceparent",
        "tracestate-x",
        "a",
        "x-a-rather-long-name-of-a-field",
    };

    return names[random_below(r, sizeof(names) / sizeof(*names))];
}

/* One field into the block, and into what it says. */
static void take_field(struct encoder *e, struct block *b, struct random *r, const char *name)
{
    struct text value = {0};

    if (!strcmp(name, ":method"))
        put(&value, one_of(r, 3) ? "GET" : one_of(r, 9) ? "DELETE" : "POST");
    else if (!strcmp(name, ":scheme"))
        put(&value, "http");
    else if (!strcmp(name, ":path"))
        put(&value, one_of(r, 5) ? "/" : "/relay.Relay/");
    else if (!strcmp(name, ":authority"))
        put(&value, "service:8080");
    if (!strcmp(name, ":path") && value.size > 1)
        put_token(&value, r, random_below(r, 12));
    if (!strcmp(name, "traceparent"))
        put_context(&value, r);
    else if (*name != ':')
        put_value(&value, r, e, name);
    put_byte(&value, 0);
    put(&b->fields, name);
    put_byte(&b->fields, 0);
    put(&b->fields, value.bytes);
    put_byte(&b->fields, 0);
    put_field(&b->encoded, e, r, (struct field){name, value.bytes});
    free(value.bytes);
}

/* An own context that is in the table already is sent again as an index. */
static bool take_old_context(struct encoder *e, struct block *b, struct random *r)
{
    struct field context = {"traceparent", ""};

    for (unsigned i = 0; i < e->count; i++)
        if (!strcmp(encoder_entry(e, i)->name, context.name))
            context = *encoder_entry(e, i);
    if (!*context.value || !one_of(r, 2))
        return false;
    put(&b->fields, context.name);
    put_byte(&b->fields, 0);
    put(&b->fields, context.value);
    put_byte(&b->fields, 0);
    put_number(&b->encoded, 0x80, 7, encoder_find(e, context, true));
    return true;
}

/* The whole block. */
static void take_fields(struct encoder *e, struct block *b, struct random *r)
{
    static const char *const pseudo[] = {":method", ":scheme", ":path", ":authority"};
    unsigned count = random_below(r, one_of(r, 8) ? 60 : 8);
    unsigned own = b->is_request && one_of(r, 5) ? random_below(r, count + 1) : count + 1;

    b->encoded.size = 0;
    if (one_of(r, 15))
        put_table_size(&b->encoded, e, random_below(r, e->most + 1));
    for (unsigned i = 0, from = random_below(r, 4); b->is_request && i < 4; i++)
        take_field(e, b, r, pseudo[(from + i) % 4]);
    for (unsigned i = 0; i <= count; i++) {
        b->has_context |= i == own;
        if (i == own && !take_old_context(e, b, r))
            take_field(e, b, r, "traceparent");
        if (i < count || !b->is_request)
            take_field(e, b, r, random_name(r));
    }
}
