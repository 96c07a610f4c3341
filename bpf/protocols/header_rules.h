/* SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
/* The header fields that the user named: to be captured, or carried on. */
#pragma once
#include "window.h"
#include "../contract/headers.h"

/* Written by the loader before the object is loaded, and natively by tests. */
#ifdef __bpf__
const volatile struct header_rules header_rules = {};
#else
static struct header_rules header_rules;
#endif

/* Is this the line of a field with a rule? Its number, or -1. `direction`: HEADER_REQUEST or _RESPONSE. */
static __always_inline int header_rule_find(const struct window *window, __u32 line, __u8 direction)
{
    for (__u32 rule = 0; rule < HEADER_RULES_MAX; rule++) {
        __u64 differs = 0;

        if (!(header_rules.uses[rule] & direction))
            continue;
        for (__u32 word = 0; word < HEADER_NAME_SIZE / 8; word++) {
            __u32 at = rule * (HEADER_NAME_SIZE / 8) + word;

            differs |= (lower_case(window_word(window, line + word * 8)) ^ header_rules.names[at]) &
                       header_rules.masks[at];
        }
        if (!differs && window_byte(window, line + header_rules.sizes[rule]) == ':')
            return rule;
    }
    return -1;
}

static __always_inline bool header_rule_may_start(__u8 first)
{
    return header_rules.letters >> (first & 31) & 1;
}
