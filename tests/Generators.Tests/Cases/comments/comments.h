/* SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
/* Speaks about the file. */
#pragma once

/* Speaks about nothing: an empty line follows. */

/*
 * Speaks about the enum,
 * on several lines & with <brackets>.
 */
enum mood : __u8 {
    /* above */
    MOOD_CALM,
    MOOD_GLAD, /* behind */
    /* above, but what is behind wins */
    MOOD_SAD, // behind, to the end of the line
    MOOD_LAST /* behind the last, which has no comma */
};

// Speaks about the struct.
struct documented {
    __u32 plain;
    __u32 behind; /* bytes */
    /* above */
    __u32 above;
    __u32 long_line; /* starts here
                        and goes on */
    __u32 after_long_line;
    __u32 /* inside */ inside;
};
