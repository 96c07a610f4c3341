/* SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
/* Frames of HTTP/2 (RFC 9113, 4 and 6), and how far one direction of a connection was read. */
#pragma once
#include "hpack.h"
#include "http2_wire.h"

enum http2_phase : __u8 {
    HTTP2_IN_PREFACE,
    HTTP2_IN_HEADER,  /* of a frame */
    HTTP2_IN_PREFIX,  /* what stands in front of data or a header block */
    HTTP2_IN_BLOCK,   /* in a header block */
    HTTP2_IN_SETTING, /* in one setting of a frame of them */
    HTTP2_IN_CODE,    /* in the numbers of RST_STREAM and GOAWAY */
    HTTP2_IN_REST,    /* in what is of no interest */
    HTTP2_BAD,
};

/* What http2_feed() stopped at. */
enum http2_event : __u8 {
    HTTP2_NOTHING,      /* the end of the window, or what was found in it has to be kept first */
    HTTP2_BLOCK_ENDS,   /* a header block is complete: head and fields say what it holds */
    HTTP2_DATA_PASSES,  /* a DATA frame: data_size; it is settled up to its end */
    HTTP2_STREAM_RESET, /* code: RFC 9113, 7 */
    HTTP2_SETTINGS_CHANGE,
    HTTP2_SETTINGS_TAKEN, /* the acknowledgement of the other side's */
    HTTP2_GOES_AWAY,      /* last_stream, code */
};

#define HTTP2_PATH 256
#define HTTP2_AUTHORITY 128
#define HTTP2_METHOD 16
#define HTTP2_SCHEME 8
#define HTTP2_CONTENT_TYPE 32
#define HTTP2_GRPC_MESSAGE 64
#define HTTP2_LINES 256
#define HTTP2_LINE_NAME 24   /* a name that is shown, with ": " */
#define HTTP2_LINE_VALUE 128 /* the longest value that is */

/* What a header block holds: bits of http2_fields.seen. */
#define HTTP2_HAS_METHOD (1 << 0)
#define HTTP2_HAS_PATH (1 << 1)
#define HTTP2_HAS_AUTHORITY (1 << 2)
#define HTTP2_HAS_STATUS (1 << 3)
#define HTTP2_HAS_GRPC_STATUS (1 << 4)
#define HTTP2_HAS_UNKNOWN (1 << 5) /* fields of the table that are not known, whatever they are */
#define HTTP2_HAS_LOST (1 << 6)    /* a value that was wanted here, but is not kept any more */
#define HTTP2_HAS_HOST (1 << 7)    /* authority is from the field host */

/* Sizes are those of the values: one that is larger than its room says that the text is cut. */
struct http2_fields {
    __u8 path[HTTP2_PATH];
    __u8 authority[HTTP2_AUTHORITY];
    __u8 grpc_message[HTTP2_GRPC_MESSAGE];
    __u8 content_type[HTTP2_CONTENT_TYPE];
    __u8 method[HTTP2_METHOD];
    __u8 scheme[HTTP2_SCHEME];
    __u8
        lines[HTTP2_LINES + HTTP2_LINE_NAME + HTTP2_LINE_VALUE]; /* "name: value\r\n", whole ones */
    __u64 context_begin; /* where the field traceparent stands, as http2.position counts ... */
    __u64 context_end;   /* ... and ends; 0: not, or in several frames */
    __u16 path_size;
    __u16 authority_size;
    __u16 grpc_message_size;
    __u16 content_type_size;
    __u16 method_size;
    __u16 scheme_size;
    __u16 lines_size;
    __u16 grpc_status;
    __u8 seen;
    enum hpack_form context_form;
    __u8 pad[6];
};

/* What a side has announced with SETTINGS: it holds for what the other side sends. */
struct http2_settings {
    __u32 table_size;
    __u32 frame_size;
    __u32 list_size;
};

struct http2 {
    __u64 position;       /* bytes settled since http2_begin() */
    __u64 frame_position; /* where the header of the current frame starts ... */
    __u64 block_position; /* ... and of the one that began the current header block */
    __u64 field_position; /* where the current field starts */
    __u32 frame_size;     /* its payload */
    __u32 frame_limit;
    __u32 left;      /* bytes of this part of the payload that are still to come */
    __u32 padding;   /* bytes behind them */
    __u32 stream;    /* of the current frame */
    __u32 promised;  /* PUSH_PROMISE: the stream that it reserves */
    __u32 data_size; /* DATA without padding */
    __u32 code;
    __u32 last_stream;
    __u32 block_stream;
    __u32 in_window; /* valid bytes of the window */
    struct http2_settings settings;
    __u32 wanted;   /* bytes of a header or number ... */
    __u32 gathered; /* ... and how many of them are in gather[] */
    __u8 gather[64];
    enum http2_phase phase;
    enum http2_event event;
    enum http2_type type;
    __u8 flags;
    enum http2_type block_type; /* HEADERS or PUSH_PROMISE */
    __u8 end_stream;            /* 1: the block, or the data, is the last of its stream */
    __u8 continues;             /* 1: only CONTINUATION may follow */
    __u8 first;                 /* 1: only SETTINGS may follow */
    struct http2_fields fields;
    struct hpack hpack;
};

/* Where a connection is entered. */
enum http2_entry : __u8 {
    HTTP2_FROM_PREFACE,  /* first byte of what a client sends */
    HTTP2_FROM_SETTINGS, /* first byte of what a server sends, or a client behind the preface */
    HTTP2_FROM_FRAME,    /* the first byte of some frame, outside of a header block */
};

static __always_inline void http2_begin(struct http2 *http2, enum http2_entry entry, __u8 direction)
{
    __builtin_memset(http2, 0, offsetof(struct http2, fields));
    http2->phase = entry == HTTP2_FROM_PREFACE ? HTTP2_IN_PREFACE : HTTP2_IN_HEADER;
    http2->wanted = entry == HTTP2_FROM_PREFACE ? HTTP2_PREFACE_SIZE : HTTP2_HEADER_SIZE;
    http2->first = entry != HTTP2_FROM_FRAME;
    http2->frame_limit = http2->first ? HTTP2_FRAME_SIZE : HTTP2_FRAME_SIZE_MAX;
    http2->settings.table_size = HPACK_TABLE_SIZE;
    http2->settings.frame_size = HTTP2_FRAME_SIZE;
    http2->settings.list_size = ~0U;
    hpack_begin(&http2->hpack, direction, http2->first);
}

/* `to`: the direction opposite to the one that the settings came in. Frames larger than the new limit may
 * be on their way: it is never lowered. */
static __always_inline void http2_allow(struct http2 *to, const struct http2_settings *settings)
{
    if (settings->frame_size > to->frame_limit)
        to->frame_limit = settings->frame_size;
}
