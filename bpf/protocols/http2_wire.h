/* SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
/* Numbers of HTTP/2 on the wire: RFC 9113, 4, 6 and 7. */
#pragma once
#include "window.h"

#define HTTP2_HEADER_SIZE 9
#define HTTP2_PREFACE_SIZE 24
#define HTTP2_PRIORITY_SIZE 5
#define HTTP2_SETTING_SIZE 6
#define HTTP2_FRAME_SIZE 16384 /* of a payload, until a peer allows more ... */
#define HTTP2_FRAME_SIZE_MAX 0xffffff
#define HTTP2_STREAM_MAX 0x7fffffff

enum http2_type : __u8 {
    HTTP2_DATA,
    HTTP2_HEADERS,
    HTTP2_PRIORITY,
    HTTP2_RST_STREAM,
    HTTP2_SETTINGS,
    HTTP2_PUSH_PROMISE,
    HTTP2_PING,
    HTTP2_GOAWAY,
    HTTP2_WINDOW_UPDATE,
    HTTP2_CONTINUATION,
};

#define HTTP2_REFUSED_STREAM 7 /* RFC 9113, 7 */

#define HTTP2_END_STREAM 0x01 /* DATA, HEADERS */
#define HTTP2_ACK 0x01        /* SETTINGS, PING */
#define HTTP2_END_HEADERS 0x04
#define HTTP2_PADDED 0x08
#define HTTP2_HAS_PRIORITY 0x20

enum http2_setting : __u8 {
    HTTP2_HEADER_TABLE_SIZE = 1,
    HTTP2_ENABLE_PUSH,
    HTTP2_MAX_CONCURRENT_STREAMS,
    HTTP2_INITIAL_WINDOW_SIZE,
    HTTP2_MAX_FRAME_SIZE,
    HTTP2_MAX_HEADER_LIST_SIZE,
};
