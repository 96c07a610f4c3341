/* SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
#pragma once
#include "types.h"

enum protocol : __u8 {
    PROTOCOL_UNKNOWN,
    PROTOCOL_HTTP1,
    PROTOCOL_HTTP2,
};

/* How the parent of a span was found. Written on the span as hilo.link. */
enum link : __u8 {
    LINK_NONE,       /* no parent: this span is the root of its trace */
    LINK_HEADER,     /* server: the request carried a context; client: it forwards one */
    LINK_CONNECTION, /* server: the client is on this host and its request could not carry one */
    LINK_TCP_OPTION, /* server: the request could not carry a context, its segment did */
    LINK_THREAD,     /* client: this thread read the open server request */
    LINK_CONNECT,    /* client: the thread that opened the connection had read the open request */
    LINK_PROCESS,    /* client: the process had exactly one open server request */
    LINK_GOROUTINE, /* client: the goroutine, or context, that it was made with belongs to the request */
};

/* How the context of a client request left, or why it did not. Written as hilo.propagation. */
enum carrier : __u8 {
    CARRIER_NONE,        /* server side, or propagation is off */
    CARRIER_INJECTED,    /* Hilo wrote the header */
    CARRIER_APPLICATION, /* the application wrote its own; its ids were adopted */
    CARRIER_REWRITTEN,   /* a proxy forwarded the incoming header; its parent id was replaced */
    CARRIER_TCP_OPTION,  /* the segment that the request begins with carries it */
    CARRIER_SKIPPED,     /* not written; counters say why */
};

enum outcome : __u8 {
    OUTCOME_COMPLETE,
    OUTCOME_CLOSED, /* the connection ended before the response was complete */
    OUTCOME_RESET,  /* HTTP/2: a side gave up this stream */
    OUTCOME_TUNNEL, /* CONNECT or Upgrade succeeded: the connection speaks something else now */
};

/* One finished request and its response, seen from one side of a connection. */
struct exchange_event {
    struct event_header header;
    struct span_context span;
    __u8 parent_id[SPAN_ID_SIZE]; /* all zero: root */
    __u64 start_ns;               /* CLOCK_MONOTONIC, first byte of the request */
    __u64 end_ns;                 /* CLOCK_MONOTONIC, last byte of the response */
    struct endpoint local;
    struct endpoint remote;
    __u64 request_body_size OTLP("http.request.body.size");   /* bytes on the wire */
    __u64 response_body_size OTLP("http.response.body.size"); /* bytes on the wire */
    __u32 target;                  /* pid the target was selected as: the key of its resource */
    __u32 pid OTLP("process.pid"); /* process that read or sent the request */
    __u32 tid OTLP("thread.id");   /* thread that read or sent the request, 0: not known */
    __u32 reset_code;              /* OUTCOME_RESET: why, RFC 9113, 7 */
    __u32
        request_messages; /* gRPC: messages of the client, 2: two or more, 0: none, or not known ... */
    __u32 response_messages; /* ... and of the server */
    __u32 pad;
    __u16 status OTLP("http.response.status_code"); /* final status, 0: none came */
    __u16 request_head_size;                        /* captured bytes of the request head */
    __u16 response_head_size;                       /* captured bytes of the response head */
    __u16 notes_at;                                 /* in heads[]: where the notes begin ... */
    __u16 notes_size;                               /* ... and how many bytes they are, 0: none */
    enum role role;
    enum protocol protocol;
    enum link link OTLP("hilo.link");
    enum carrier carrier OTLP("hilo.propagation");
    enum outcome outcome;
    __u8 is_grpc;      /* 1: by the content-type of request or response */
    __u16 grpc_status; /* 1 + the status of the call, 0: none came */
    __u8 is_secured;   /* 1: inside TLS */
    __u8 pad2;
    __u8 heads[]; /* request_head_size bytes, then response_head_size bytes */
};
