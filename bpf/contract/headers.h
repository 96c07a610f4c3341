/* SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
#pragma once
#include "types.h"

#define HEADER_RULES_MAX 8
#define HEADER_NAME_SIZE 48   /* longest name of a field */
#define HEADER_VALUE_SIZE 128 /* longest value that is kept; a longer one is cut */
#define HEADER_RELAYS_MAX 4   /* the first rules may be relayed */
#define HEADER_NAMES_SIZE 384 /* HEADER_RULES_MAX * HEADER_NAME_SIZE */
#define HEADER_WORDS 48       /* HEADER_NAMES_SIZE / 8 */

/* What a field is wanted for: bits of header_rules.uses. */
#define HEADER_REQUEST 1  /* captured from requests */
#define HEADER_RESPONSE 2 /* captured from responses */
#define HEADER_RELAY 4    /* carried from a request to those that are sent for it */
#define HEADER_GENERATE 8 /* made up where a request comes without it */

/* Constants of one run, in read-only data as struct settings. Names are lower-case, zero-padded to
 * HEADER_NAME_SIZE, as words whose first character is lowest; masks cover the characters. */
struct header_rules {
    __u64 names[HEADER_WORDS];
    __u64 masks[HEADER_WORDS];
    __u8 spelled[HEADER_NAMES_SIZE]; /* names as the user wrote them */
    __u8 sizes[HEADER_RULES_MAX];    /* of the names */
    __u8 uses[HEADER_RULES_MAX];
    __u32 letters; /* bit n: some name begins with letter n of the alphabet, 1 is a */
    __u32 pad;
};

/* What stands behind the heads of an exchange: notes, one after the other, each on a multiple of 4. */
enum note_kind : __u8 {
    NOTE_NONE,
    NOTE_REQUEST_HEADER,
    NOTE_RESPONSE_HEADER,
    NOTE_TRACESTATE,
    NOTE_GRPC_MESSAGE, /* percent-encoded, as on the wire */
};

struct note {
    enum note_kind kind;
    __u8 rule;       /* of a header: which */
    __u16 text_size; /* bytes that follow */
};
