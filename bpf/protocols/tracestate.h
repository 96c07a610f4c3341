/* SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
/* W3C Trace Context, header `tracestate`: key "=" value, separated by commas.
 * https://www.w3.org/TR/trace-context-2/#tracestate-header
 *
 * A service that takes part passes on a list that is valid, and drops one that is not. The lines of
 * several headers are joined by commas. */
#pragma once
#include "window.h"

#define TRACESTATE_SIZE 512
#define TRACESTATE_MEMBERS 32
#define TRACESTATE_KEY_SIZE 256
#define TRACESTATE_VALUE_SIZE 256

/* How far one has come: in the memory of a map, as the window's is. */
struct tracestate {
    __u32 size;
    __u32 members;
    __u32 key;      /* characters of the current key */
    __u32 value;    /* and value, trailing blanks not counted ... */
    __u32 trailing; /* ... and how many there are */
    __u32 bad;
    bool in_value;
    bool in_space; /* behind white space that only a comma may follow */
    __u8 pad[2];
    __u8 bytes[2 * TRACESTATE_SIZE];
};

static __always_inline bool tracestate_is_key(__u8 c, bool first)
{
    if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
        return true;
    return !first && (c == '_' || c == '-' || c == '*' || c == '/' || c == '@');
}

static __always_inline void tracestate_member_end(struct tracestate *list)
{
    if (list->key) {
        list->members++;
        if (!list->in_value || !list->value || list->key > TRACESTATE_KEY_SIZE ||
            list->value > TRACESTATE_VALUE_SIZE)
            list->bad = 1;
    } else if (list->in_value) {
        list->bad = 1;
    }
    list->key = 0;
    list->value = 0;
    list->trailing = 0;
    list->in_value = false;
    list->in_space = false;
}

static __always_inline void tracestate_value(struct tracestate *list, __u8 c)
{
    if (c == ' ' || c == '\t') {
        list->trailing++;
        list->in_space |= c == '\t'; /* inside of a value there are spaces only */
    } else if (c < ' ' || c > '~' || c == '=' || list->in_space) {
        list->bad = 1;
    } else {
        list->value += list->trailing + 1;
        list->trailing = 0;
    }
}

static __always_inline void tracestate_key(struct tracestate *list, __u8 c)
{
    if (c == ' ' || c == '\t') {
        list->in_space = list->key != 0;
    } else if (c == '=' && list->key && !list->in_space) {
        list->in_value = true;
    } else if (!list->in_space && tracestate_is_key(c, !list->key)) {
        list->key++;
    } else {
        list->bad = 1;
    }
}

static long tracestate_step(__u32 index, void *state)
{
    struct tracestate *list = *(struct tracestate **)state;
    __u8 c;

    if (index >= list->size)
        return 1;
    c = list->bytes[index & (TRACESTATE_SIZE - 1)];
    if (c == ',')
        tracestate_member_end(list);
    else if (list->in_value)
        tracestate_value(list, c);
    else
        tracestate_key(list, c);
    return list->bad != 0;
}

/* True when the list may be passed on: valid, and with at least one member. */
static __always_inline bool tracestate_is_valid(struct tracestate *list)
{
    if (list->size > TRACESTATE_SIZE)
        return false;
    list->members = 0;
    list->bad = 0;
    list->key = 0;
    list->value = 0;
    list->trailing = 0;
    list->in_value = false;
    list->in_space = false;
    repeat(TRACESTATE_SIZE, tracestate_step, &list);
    if (!list->bad)
        tracestate_member_end(list);
    return !list->bad && list->members > 0 && list->members <= TRACESTATE_MEMBERS;
}
