/* SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
#pragma once

/* Function-like macros and the blocks around them are not data. */
#ifdef __bpf__
#define NOTE(key)                                                                                  \
    __attribute__((btf_decl_tag("note:" key),                                                      \
                   btf_decl_tag("a second one that makes the line too long:" key)))
#else
#define NOTE(key)
#endif

#define COUNT 4 /* documented behind */
#define NEGATIVE -2
#define IN_PARENTHESES (-3)
#define MASK 0xFFFFFFFFu
#define LARGE 5000000000
#define LARGEST 0xffffffffffffffffULL
#define ALIAS COUNT

enum level : __s8 {
    LEVEL_BELOW = NEGATIVE,
    LEVEL_ZERO = 0,
    LEVEL_ONE,
    LEVEL_ALIAS = LEVEL_ONE,
    LEVEL_COUNT = COUNT
};

enum wide : __u64 {
    WIDE_LARGEST = LARGEST,
};

struct sized {
    __u8 by_constant[COUNT];
    __u8 by_member[LEVEL_COUNT];
    __u8 by_number[0x10];
};
