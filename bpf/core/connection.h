/* SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
/* What is known of one connection, in socket-local storage: it is born and dies with the socket.
 *
 * Each direction is a stream. Places in a stream are absolute: TCP sequence numbers, extended to 64
 * bits. A body is therefore not read but jumped over, and it does not matter which of its segments
 * were seen, seen twice, or taken by TCP only in part. */
#pragma once
#include "count.h"
#include "owner.h"
#include "../contract/exchange.h"
#include "../protocols/http1.h"
#include "../protocols/chunked.h"
#include "../protocols/tls.h"

#define REQUEST_CAPTURE 512
#define RESPONSE_CAPTURE 64

enum stream_phase : __u8 {
    STREAM_START,       /* the next byte starts a message */
    STREAM_HEAD,        /* inside its head */
    STREAM_BODY,        /* inside a body that ends at `position` */
    STREAM_CHUNKED,     /* inside a chunked body */
    STREAM_UNTIL_CLOSE, /* inside a body that ends with the connection */
    STREAM_HELD,        /* behind a request that may turn the connection into a tunnel */
    STREAM_TUNNEL,      /* no longer HTTP/1, by agreement of both sides */
    STREAM_UNKNOWN,     /* never was */
    STREAM_OVER,        /* nothing comes any more */
    STREAM_HTTP2,       /* a direction of HTTP/2, which other programs follow (http2_walk.h) */
    STREAM_LOST,        /* bytes were missed: waits for the start of a message */
};

struct stream {
    __u64 position;      /* of the next byte to look at; behind it everything is settled */
    __u64 missed_begin;  /* bytes that went by out of order and will not come again ... */
    __u64 missed_end;    /* ... 0: none */
    __u64 missed_ns;     /* when the first of them did */
    __u64 started_ns;    /* first byte of the current message */
    __u64 head_position; /* where its head starts */
    struct chunked chunked;
    struct http1_head head;
    enum stream_phase phase;
    __u8 proven;  /* followed from the first byte, or through a whole exchange since */
    __u8 skipped; /* 1: a segment could not be looked at */
    __u8 pad;
    __u32 turn; /* 1: a CPU works on it (turn.h) */
};

/* What is known of a connection as one of HTTP/2. */
enum http2_state : __u8 {
    HTTP2_NOT,
    HTTP2_MAYBE,    /* older than Hilo, and something may be a frame */
    HTTP2_FOLLOWED, /* each direction from its first byte on, unless it lost its place */
};

#define EXTRA_CARRY 1
#define EXTRA_NOTES 2
#define EXTRA_SELF_TRACED 4 /* nothing is kept, and nothing is to be told */
#define EXTRA_BAGGAGE 8

/* The request that a thread had read: a range, because one read may take several requests. */
struct task {
    __u64 cookie; /* of the server connection, 0: none */
    __u32 first;  /* ordinals of the requests, both included */
    __u32 last;
    __u64 call; /* of HTTP/2: the last one that was sent for it, 0: none */
    __u8
        loops; /* not 0: the thread has read a request while another one it had read whole was open */
    __u8 awaits; /* 1: of the body something is still to be read */
    __u8 pad[6];
};

/* A request, named for good. */
struct request_name {
    __u64 cookie;  /* of its connection */
    __u32 ordinal; /* 1 for the first request there */
    __u32 pad;
};

#define MESSAGES_SEVERAL 2
#define MESSAGES_UNKNOWN 3

struct call_messages {
    __u32 count; /* 0, 1, MESSAGES_… */
    __u32 left;  /* of the first one: bytes that are still to come */
};

/* What only a stream of HTTP/2 has; all zero in HTTP/1. Counts are 0 when they are not known. */
struct call {
    __u32 reset_code;
    struct call_messages requests; /* of gRPC */
    struct call_messages responses;
    __u32 over;        /* 1: told to the agent, by whichever direction came first */
    __u16 grpc_status; /* 1 + status, 0: none */
    __u8 is_grpc;
    __u8 pad;
    __u32 pad2;
};

struct exchange {
    struct span_context span;
    __u8 parent_id[SPAN_ID_SIZE];
    __u64 start_ns;
    __u64 request_body_size;
    __u64 response_body_size;
    __u32 ordinal; /* 1 for the first request of the connection */
    __u32 pid;
    __u32 tid;
    __u16 request_flags; /* HTTP1_… of the request head */
    __u16 request_captured;
    __u16 response_captured;
    __u16 status;
    enum link link;
    enum carrier carrier;
    __u8 extras; /* EXTRA_…: what is kept under the name of this request */
    enum protocol protocol;
    struct call call;
    __u8 request_head[REQUEST_CAPTURE];
    __u8 response_head[RESPONSE_CAPTURE];
};

#define OPTION_PLACES 4 /* a power of 2 */

/* A context that goes, or came, on the segment that begins at `position` (option.h). */
struct option_place {
    __u64 position; /* 0: none */
    struct span_context span;
    __u8 parent_id[SPAN_ID_SIZE]; /* prepared: what the exchange will get */
    enum link link;
    __u8 prepared;     /* client: the head was not read yet */
    __u8 written;      /* client: a segment with it was built */
    __u8 repeated;     /* client: and was sent again */
    __u8 struck;       /* client: and again, without it */
    __u8 used;         /* server: a request has it */
    __u8 is_near;      /* server: the writer may have meant a byte near this one */
    __u8 acknowledged; /* client */
    __u8 apart;        /* client: went ahead on a segment of its own, the request needs it not */
    __u8 pad[7];
};

struct options {
    struct option_place places[OPTION_PLACES];
    __u64 last_head; /* server: where the head of the newest request starts */
    __u8 next;       /* server: place to be used next */
    __u8 pending;    /* client: places wait for their segment, or its acknowledgement */
    __u8 delivered;  /* client: segments with an option that were acknowledged */
    __u8 judged;     /* client: whether they are answered is known */
    __u8 echo;       /* server: one came, and is to be answered */
    __u8 passed;     /* client: a segment that has one was acknowledged */
    __u8 echoed;     /* server: the answer has left (traffic control) */
    __u8 pad;
};

/* A TLS connection as both of its ends, and each process that has one of them, can name it. */
struct tls_name {
    __u8 random[TLS_RANDOM_SIZE]; /* of the client's hello */
    __u32 target;                 /* pid the owner of this end was selected as */
    enum role role;
    __u8 pad[3];
};

struct connection {
    __u64 cookie;
    struct endpoint local;
    struct endpoint remote;
    struct stream rx;
    struct stream tx;
    struct task opener; /* client: what the thread that called connect() had read */
    __u32 target;       /* pid the owner was selected as */
    __u32 pid;          /* client: the process that called connect(), 0: not known */
    __u32 opened;       /* ordinal of the newest request */
    __u32 closed;       /* ordinal of the newest request that is over: they end in order */
    __u8 existed;       /* older than Hilo */
    __u8 barred;        /* client: must not enter the sockmap */
    enum http2_state http2;
    __u8 several;        /* client: requests are being sent together, maybe for several threads */
    enum counter skip;   /* client: why sk_msg cannot inject into the next request, if it knows */
    __u64 reenrolled_at; /* client: place in rx at which it was last put back into the sockmap */
    struct request_name
        parent;              /* client: of the newest request, if it brought anything to carry on */
    struct exchange current; /* the request with ordinal closed + 1, unless it was pipelined */
    __u16 captured;          /* bytes of the request head that is just passing */
    __u8 enrolled;           /* client: in the sockmap, enum enrolment */
    __u8 leave;              /* client: to be taken out of it as soon as possible */
    __u8 settled; /* client: enrolment is decided, no need to be called for every segment */
    enum role role;
    __u8 staged;                /* that head is in capture[]: current.request_head is in use */
    __u8 answer_captured;       /* bytes in answer[] */
    __u8 extras;                /* EXTRA_…, of the request whose head is just passing */
    enum harm_group harm_group; /* client */
    __u8 harmed;                /* client: counted as such */
    __u8 tracked;    /* no sock_ops callback comes for it: a tracepoint tells of its states */
    __u32 interface; /* client: where traffic control writes the options, 0: TCP does */
    __u8 capture[REQUEST_CAPTURE];
    __u8 answer[RESPONSE_CAPTURE]; /* head of the response that is just passing */
    struct options options;
    __u32 newest_stream; /* HTTP/2: of the client's ... */
    __u32 open_streams;  /* ... and how many of them are not over */
    struct tls_name tls; /* the role is ROLE_UNKNOWN: it is not secured */
    __u64 tls_session;   /* inner connection: where the library keeps what it knows of it */
    __u64 tls_read;      /* bytes of plaintext that it gave ... */
    __u64 tls_written;   /* ... and took */
};

struct {
    __uint(type, BPF_MAP_TYPE_SK_STORAGE);
    __uint(map_flags, BPF_F_NO_PREALLOC);
    __type(key, int);
    __type(value, struct connection);
} connections SEC(".maps");
