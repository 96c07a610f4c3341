/* SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
/* Shapes that every event and every map key is made of. Data only: clang compiles this folder into
 * the BPF objects, src/Generators turns it into the C# side, and BTF proves that both agree. */
#pragma once

/* An OTLP attribute: the generator writes the field under this key when its value is not zero.
 * The tag survives into BTF, so the loader can see that object and decoder mean the same. */
#ifdef __bpf__
#define OTLP(key) __attribute__((btf_decl_tag("otlp:" key)))
#else
#define OTLP(key)
#endif

#define TRACE_ID_SIZE 16
#define SPAN_ID_SIZE 8
#define ADDRESS_SIZE 16

enum event_kind : __u16 {
    EVENT_NONE,
    EVENT_EXCHANGE,
    EVENT_PROCESS,
    EVENT_LISTEN,
    EVENT_FIONREAD,
    EVENT_TLS,
    EVENT_OWN_SPAN,
};

/* First member of every event. */
struct event_header {
    enum event_kind kind;
    __u16 pad;
    __u32 size; /* bytes of the whole record, header included */
};

/* W3C Trace Context, binary. */
struct span_context {
    __u8 trace_id[TRACE_ID_SIZE];
    __u8 span_id[SPAN_ID_SIZE];
    __u8 flags; /* W3C trace-flags: bit 0 sampled, bit 1 random */
    __u8 pad[7];
};

/* IPv6, or IPv4 mapped into it. */
struct endpoint {
    __u8 address[ADDRESS_SIZE]; /* network byte order */
    __u16 port;                 /* host byte order */
    __u8 pad[6];
};

/* Which side of the connection the traced process is on. */
enum role : __u8 {
    ROLE_UNKNOWN,
    ROLE_SERVER,
    ROLE_CLIENT,
};
