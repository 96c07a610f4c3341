// SPDX-License-Identifier: Apache-2.0
/* A tracestate against the reading of the specification, member by member. */
#include <stdint.h>
#include <stdlib.h>
#include "pieces.h"
#include "protocols/tracestate.h"

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size);

static bool is_blank(uint8_t c)
{
    return c == ' ' || c == '\t';
}

static bool is_key(const uint8_t *key, size_t size)
{
    if (size < 1 || size > TRACESTATE_KEY_SIZE)
        return false;
    for (size_t i = 0; i < size; i++) {
        const char *allowed = i ? "abcdefghijklmnopqrstuvwxyz0123456789_-*/@"
                                : "abcdefghijklmnopqrstuvwxyz0123456789";

        if (!key[i] || !strchr(allowed, key[i]))
            return false;
    }
    return true;
}

static bool is_value(const uint8_t *value, size_t size)
{
    if (size < 1 || size > TRACESTATE_VALUE_SIZE)
        return false;
    for (size_t i = 0; i < size; i++)
        if (value[i] < ' ' || value[i] > '~' || value[i] == '=')
            return false;
    return true;
}

/* -1: bad, 0: empty, 1: a member. */
static int read_member(const uint8_t *member, size_t size)
{
    const uint8_t *equals;

    while (size && is_blank(member[0])) {
        member++;
        size--;
    }
    while (size && is_blank(member[size - 1]))
        size--;
    if (!size)
        return 0;
    equals = memchr(member, '=', size);
    if (!equals)
        return -1;
    return is_key(member, equals - member) && is_value(equals + 1, member + size - equals - 1) ? 1
                                                                                               : -1;
}

static bool reference_tracestate(const uint8_t *list, size_t size)
{
    uint32_t members = 0;

    for (size_t at = 0; at <= size;) {
        const uint8_t *comma = memchr(list + at, ',', size - at);
        size_t end = comma ? (size_t)(comma - list) : size;
        int member = read_member(list + at, end - at);

        if (member < 0)
            return false;
        members += member;
        at = end + 1;
    }
    return members >= 1 && members <= TRACESTATE_MEMBERS;
}

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size)
{
    static struct tracestate list;

    if (size > TRACESTATE_SIZE)
        return 0;
    list.size = size;
    memcpy(list.bytes, input, size);
    must(tracestate_is_valid(&list) == reference_tracestate(input, size),
         "valid by one reading only");
    return 0;
}
