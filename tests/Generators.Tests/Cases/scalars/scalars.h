/* SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
#pragma once

enum color : __u16 {
    COLOR_NONE,
    COLOR_RED,
};

struct point {
    __s32 x;
    __s32 y;
};

struct every_type {
    __u64 u64;
    __s64 s64;
    __u32 u32;
    __s32 s32;
    __u16 u16;
    __s16 s16;
    __u8 u8;
    __s8 s8;
    char letter;
    __u8 size;
    struct point point;
    struct point points[3];
    __u64 u64s[2];
    __s64 s64s[2];
    __u32 u32s[2];
    __s32 s32s[2];
    __u16 u16s[2];
    __s16 s16s[2];
    enum color colors[2];
    __u8 bytes[2];
    __s8 s8s[2];
    char text[8];
};
