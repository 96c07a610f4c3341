// SPDX-License-Identifier: Apache-2.0
// Numbers and text from a seed: the same on both sides.
#pragma once
#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct random {
    uint64_t state;
};

/* splitmix64. */
static uint64_t random_next(struct random *r)
{
    uint64_t z = r->state += 0x9e3779b97f4a7c15;

    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
}

static unsigned random_below(struct random *r, unsigned bound)
{
    return bound ? (random_next(r) >> 32) % bound : 0;
}

/* True once in `count` times. */
static int one_of(struct random *r, unsigned count)
{
    return random_below(r, count) == 0;
}

/* Apart from every other pair of these numbers. */
static struct random random_of(uint64_t seed, uint64_t number)
{
    struct random r = {seed * 0xd1342543de82ef95 + number};

    r.state = random_next(&r);
    return r;
}

/* Grows, and is used again. */
struct text {
    char *bytes;
    size_t size;
    size_t room;
};

static char *text_room(struct text *t, size_t size)
{
    if (t->size + size > t->room) {
        t->room = 2 * (t->size + size) + 4096;
        t->bytes = realloc(t->bytes, t->room);
        if (!t->bytes)
            abort();
    }
    t->size += size;
    return t->bytes + t->size - size;
}

static void put_byte(struct text *t, char c)
{
    *text_room(t, 1) = c;
}

static void put(struct text *t, const char *string)
{
    size_t size = strlen(string);

    memcpy(text_room(t, size), string, size);
}

/* Letters and digits that begin no line: what stands in front may be anything. */
static void put_token(struct text *t, struct random *r, size_t size)
{
    static const char letters[64] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789%-";
    char *to = text_room(t, size);
    uint64_t bits = 0;

    for (size_t i = 0; i < size; i++, bits >>= 6) {
        if (i % 10 == 0)
            bits = random_next(r);
        to[i] = letters[bits & 63];
    }
}

static void put_bytes(struct text *t, struct random *r, size_t size)
{
    char *to = text_room(t, size);

    for (size_t i = 0; i < size; i++)
        to[i] = random_next(r) >> 13;
}
