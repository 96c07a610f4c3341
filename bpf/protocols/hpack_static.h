/* SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
/* The static table of HPACK (RFC 7541, appendix A). */
#pragma once
#include "hpack_kind.h"

#define HPACK_STATIC_COUNT 61
#define HPACK_STATIC_ROOM 64
#define HPACK_STATIC_NAME 32   /* bytes kept for each name */
#define HPACK_STATIC_VALUES 32 /* only the first ones have any */
#define HPACK_STATIC_VALUE 16

struct hpack_static {
    enum hpack_kind kind;
    __u8 name_size;
    __u8 value_size;
};

/* Kinds of fields that nothing is wanted of are HPACK_OTHER. */
static const struct hpack_static hpack_static[HPACK_STATIC_ROOM] = {
    [1] = {HPACK_AUTHORITY, 10, 0},     [2] = {HPACK_METHOD, 7, 3},
    [3] = {HPACK_METHOD, 7, 4},         [4] = {HPACK_PATH, 5, 1},
    [5] = {HPACK_PATH, 5, 11},          [6] = {HPACK_SCHEME, 7, 4},
    [7] = {HPACK_SCHEME, 7, 5},         [8] = {HPACK_STATUS, 7, 3},
    [9] = {HPACK_STATUS, 7, 3},         [10] = {HPACK_STATUS, 7, 3},
    [11] = {HPACK_STATUS, 7, 3},        [12] = {HPACK_STATUS, 7, 3},
    [13] = {HPACK_STATUS, 7, 3},        [14] = {HPACK_STATUS, 7, 3},
    [15] = {HPACK_OTHER, 14, 0},        [16] = {HPACK_OTHER, 15, 13},
    [17] = {HPACK_OTHER, 15, 0},        [18] = {HPACK_OTHER, 13, 0},
    [19] = {HPACK_OTHER, 6, 0},         [20] = {HPACK_OTHER, 27, 0},
    [21] = {HPACK_OTHER, 3, 0},         [22] = {HPACK_OTHER, 5, 0},
    [23] = {HPACK_OTHER, 13, 0},        [24] = {HPACK_OTHER, 13, 0},
    [25] = {HPACK_OTHER, 19, 0},        [26] = {HPACK_OTHER, 16, 0},
    [27] = {HPACK_OTHER, 16, 0},        [28] = {HPACK_CONTENT_LENGTH, 14, 0},
    [29] = {HPACK_OTHER, 16, 0},        [30] = {HPACK_OTHER, 13, 0},
    [31] = {HPACK_CONTENT_TYPE, 12, 0}, [32] = {HPACK_OTHER, 6, 0},
    [33] = {HPACK_OTHER, 4, 0},         [34] = {HPACK_OTHER, 4, 0},
    [35] = {HPACK_OTHER, 6, 0},         [36] = {HPACK_OTHER, 7, 0},
    [37] = {HPACK_OTHER, 4, 0},         [38] = {HPACK_HOST, 4, 0},
    [39] = {HPACK_OTHER, 8, 0},         [40] = {HPACK_OTHER, 17, 0},
    [41] = {HPACK_OTHER, 13, 0},        [42] = {HPACK_OTHER, 8, 0},
    [43] = {HPACK_OTHER, 19, 0},        [44] = {HPACK_OTHER, 13, 0},
    [45] = {HPACK_OTHER, 4, 0},         [46] = {HPACK_OTHER, 8, 0},
    [47] = {HPACK_OTHER, 12, 0},        [48] = {HPACK_OTHER, 18, 0},
    [49] = {HPACK_OTHER, 19, 0},        [50] = {HPACK_OTHER, 5, 0},
    [51] = {HPACK_OTHER, 7, 0},         [52] = {HPACK_OTHER, 7, 0},
    [53] = {HPACK_OTHER, 11, 0},        [54] = {HPACK_OTHER, 6, 0},
    [55] = {HPACK_OTHER, 10, 0},        [56] = {HPACK_OTHER, 25, 0},
    [57] = {HPACK_OTHER, 17, 0},        [58] = {HPACK_USER_AGENT, 10, 0},
    [59] = {HPACK_OTHER, 4, 0},         [60] = {HPACK_OTHER, 3, 0},
    [61] = {HPACK_OTHER, 16, 0},
};

static const char hpack_static_values[HPACK_STATIC_VALUES][HPACK_STATIC_VALUE]
    __attribute__((aligned(8))) = {
        [2] = "GET",
        [3] = "POST",
        [4] = "/",
        [5] = "/index.html",
        [6] = "http",
        [7] = "https",
        [8] = "200",
        [9] = "204",
        [10] = "206",
        [11] = "304",
        [12] = "400",
        [13] = "404",
        [14] = "500",
        [16] = "gzip, deflate",
};

/* Names: the user may have named one of them. */
static const char hpack_static_names[HPACK_STATIC_ROOM][HPACK_STATIC_NAME]
    __attribute__((aligned(8))) = {
        [1] = ":authority",
        [2] = ":method",
        [3] = ":method",
        [4] = ":path",
        [5] = ":path",
        [6] = ":scheme",
        [7] = ":scheme",
        [8] = ":status",
        [9] = ":status",
        [10] = ":status",
        [11] = ":status",
        [12] = ":status",
        [13] = ":status",
        [14] = ":status",
        [15] = "accept-charset",
        [16] = "accept-encoding",
        [17] = "accept-language",
        [18] = "accept-ranges",
        [19] = "accept",
        [20] = "access-control-allow-origin",
        [21] = "age",
        [22] = "allow",
        [23] = "authorization",
        [24] = "cache-control",
        [25] = "content-disposition",
        [26] = "content-encoding",
        [27] = "content-language",
        [28] = "content-length",
        [29] = "content-location",
        [30] = "content-range",
        [31] = "content-type",
        [32] = "cookie",
        [33] = "date",
        [34] = "etag",
        [35] = "expect",
        [36] = "expires",
        [37] = "from",
        [38] = "host",
        [39] = "if-match",
        [40] = "if-modified-since",
        [41] = "if-none-match",
        [42] = "if-range",
        [43] = "if-unmodified-since",
        [44] = "last-modified",
        [45] = "link",
        [46] = "location",
        [47] = "max-forwards",
        [48] = "proxy-authenticate",
        [49] = "proxy-authorization",
        [50] = "range",
        [51] = "referer",
        [52] = "refresh",
        [53] = "retry-after",
        [54] = "server",
        [55] = "set-cookie",
        [56] = "strict-transport-security",
        [57] = "transfer-encoding",
        [58] = "user-agent",
        [59] = "vary",
        [60] = "via",
        [61] = "www-authenticate",
};
