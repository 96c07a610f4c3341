/* SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
/* Programs compiled by Go: where their runtime and libraries keep what is asked for. */
#pragma once
#include "types.h"

/* Map `go_programs`: pid -> go_program. Written by the agent for processes whose probes are attached. Bytes
 * from the beginning of the structures of Go that the comments name. */
struct go_program {
    __s32 thread_g;            /* from the thread pointer to the g that runs */
    __u32 goid;                /* runtime.g */
    __u32 curg;                /* runtime.m */
    __u32 request_context;     /* net/http.Request */
    __u32 rpc_stream;          /* grpc transport.Stream: its number ... */
    __u32 rpc_stream_context;  /* ... and its ctx */
    __u32 rpc_connection;      /* grpc transport.http2Server: its conn */
    __u8 rpc_stream_is_inside; /* 1: the stream is what the handler's begins with a pointer to */
    __u8 makes_spans;          /* 1: with the SDK that probes are expected for */
    __u8 pad[2];
};

/* Where a probe is: its cookie. */
enum go_site : __u32 {
    GO_SITE_START,        /* runtime.newproc: a goroutine has been made */
    GO_SITE_SERVE,        /* net/http: a handler begins */
    GO_SITE_SERVE_STREAM, /* net/http up to Go 1.26 and x/net/http2: the same, of HTTP/2 ... */
    GO_SITE_SERVE_INTERNAL_STREAM, /* ... and net/http/internal/http2, since Go 1.27 */
    GO_SITE_SERVE_CALL,            /* grpc: the same */
    GO_SITE_ASK, /* net/http: a request is given to a connection, in the goroutine that asks ... */
    GO_SITE_WRITE,        /* ... and written, in that of the connection */
    GO_SITE_WRITE_STREAM, /* net/http up to Go 1.26 and x/net/http2: a request is written ... */
    GO_SITE_WRITE_INTERNAL_STREAM, /* ... and net/http/internal/http2 */
    GO_SITE_CALL,                  /* grpc: a call begins, in the goroutine that asks, ... */
    GO_SITE_QUEUE,                 /* ... its headers are queued ... */
    GO_SITE_SEND,                  /* ... and written, in the goroutine of the connection */
    GO_SITE_SPAN_START,            /* OpenTelemetry's Auto SDK: a span begins ... */
    GO_SITE_SPAN_END,              /* ... and has ended */
};
