/* SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
/* What is remembered of the head of an HTTP/1 message while it is read, and what it says of its body. */
#pragma once
#include "b3.h"
#include "header_rules.h"

#define HTTP1_KEEP 1024

enum http1_phase : __u8 {
    HTTP1_START_LINE,
    HTTP1_FIELDS,
    HTTP1_DONE,
    HTTP1_NOT_HTTP, /* the first line is neither request nor response */
    HTTP1_PREFACE,  /* it is the one that HTTP/2 begins with */
    HTTP1_TLS,      /* a TLS handshake begins here, in the window from its first byte on */
};

#define HTTP1_REQUEST (1 << 0)
#define HTTP1_VERSION_0 (1 << 1) /* HTTP/1.0 */
#define HTTP1_METHOD_HEAD (1 << 2)
#define HTTP1_METHOD_CONNECT (1 << 3)
#define HTTP1_UPGRADE (1 << 4)
#define HTTP1_CHUNKED (1 << 5)
#define HTTP1_LENGTH (1 << 6)      /* content_length is meaningful */
#define HTTP1_BAD_FRAMING (1 << 7) /* where the body ends is not known */
#define HTTP1_CONTEXT (1 << 8)     /* one valid context, W3C before B3: context is meaningful */
#define HTTP1_BAD_CONTEXT (1 << 9) /* a malformed or doubled traceparent, or malformed B3 */
#define HTTP1_OVERLONG (1 << 10)   /* inside a line that did not fit */
#define HTTP1_TRACESTATE (1 << 11) /* there is one, or more */
#define HTTP1_BAGGAGE (1 << 12)
#define HTTP1_UNDECIDED (1 << 13)      /* context is from B3, and leaves sampling to the receiver */
#define HTTP1_CUT_TRACESTATE (1 << 14) /* longer than can be passed on */
#define HTTP1_CUT_BAGGAGE (1 << 15)

struct http1_head {
    __u64 content_length;
    __u32 size;     /* bytes of the head read so far, kept ones not counted */
    __u32 blank_at; /* HTTP1_DONE: where in the head the blank line starts */
    __u32
        context_at; /* where in the head the value of traceparent starts, 0: the context is not from there */
    __u16 flags;
    __u16 status; /* of a response */
    struct span_context context;
    struct b3 b3;
    __u32 behind_at; /* where in the head the line behind the last field that was read starts */
    __u16 kept;      /* bytes in keep[] */
    enum http1_phase phase;
    __u8 rules_met; /* one bit for each header rule */
    __u8 overlong;  /* HTTP1_OVERLONG: enum http1_name of that line */
    __u8 to_http2;  /* 1: Upgrade says h2c */
    __u8 pad[6];
    __u8 keep[HTTP1_KEEP];
};

/* Values that the parser reports, in the window's finds. */
enum http1_find : __u8 {
    HTTP1_FIND_TRACESTATE,
    HTTP1_FIND_BAGGAGE,
    HTTP1_FIND_BAGGAGE_REST, /* of a line that did not fit: follows without a comma */
    HTTP1_FIND_RULE,
};

/* What follows the head of a message. */
enum http1_body : __u8 {
    HTTP1_BODY_NONE,
    HTTP1_BODY_LENGTH,
    HTTP1_BODY_CHUNKED,
    HTTP1_BODY_UNTIL_CLOSE,
    HTTP1_BODY_UNKNOWN,
};

static __always_inline enum http1_body http1_request_body(const struct http1_head *head)
{
    if (head->flags & HTTP1_BAD_FRAMING)
        return HTTP1_BODY_UNKNOWN;
    if (head->flags & HTTP1_CHUNKED)
        return HTTP1_BODY_CHUNKED;
    return head->flags & HTTP1_LENGTH ? HTTP1_BODY_LENGTH : HTTP1_BODY_NONE;
}

/* `request_flags`: those of the request that this response answers. RFC 9112, 6.3. */
static __always_inline enum http1_body http1_response_body(const struct http1_head *head,
                                                           __u16 request_flags)
{
    if (request_flags & HTTP1_METHOD_HEAD || head->status < 200 || head->status == 204 ||
        head->status == 304)
        return HTTP1_BODY_NONE;
    if (head->flags & HTTP1_BAD_FRAMING)
        return HTTP1_BODY_UNTIL_CLOSE;
    if (head->flags & HTTP1_CHUNKED)
        return HTTP1_BODY_CHUNKED;
    return head->flags & HTTP1_LENGTH ? HTTP1_BODY_LENGTH : HTTP1_BODY_UNTIL_CLOSE;
}
