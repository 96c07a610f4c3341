/* SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
#pragma once
#include "types.h"

enum sampler : __u8 {
    SAMPLER_ALWAYS_ON,
    SAMPLER_ALWAYS_OFF,
    SAMPLER_RATIO,
};

/* How a context leaves as a TCP option (core/option.h). Both formats are read unless it is off. */
enum tcp_option : __u8 {
    TCP_OPTION_OFF,
    TCP_OPTION_OBI,        /* kind 25, which OBI reads too */
    TCP_OPTION_EXPERIMENT, /* kind 253 with an ExID (RFC 6994), which only Hilo reads */
};

/* Constants of one run, written before the programs are loaded: `const volatile struct settings
 * settings` in read-only data of every object that looks at them. */
struct settings {
    __u64 sampling_threshold; /* SAMPLER_RATIO: kept when the low 63 bits of the id are below */
    __u64 cgroup;             /* id of the cgroup that Hilo is confined to */
    __u32 cgroup_level;       /* how far it is below the root */
    __u32 agent_pid;          /* never traced */
    enum sampler sampler;     /* for requests without a parent, or for all when not parent_based */
    __u8 parent_based;        /* 1: the flag of an incoming context decides */
    __u8 inject_headers;      /* 1: write the context into requests */
    __u8 write_w3c;           /* 1: as traceparent */
    __u8 write_b3;            /* 1: as one b3 header */
    __u8 write_b3_multi;      /* 1: as X-B3-… headers */
    __u8 carry_tracestate;    /* 1: pass on the tracestate that came with a request */
    __u8 carry_baggage;       /* 1: pass on its baggage */
    __u8 generate_headers;    /* 1: some header rule has HEADER_GENERATE */
    __u8 resident;            /* 1: non-blocking sockets may stay in the sockmap between requests */
    enum tcp_option tcp_option;
    __u8 select_all;      /* 1: every program that is executed in the cgroup is a target */
    __u8 leave_exporters; /* 1: processes that export their own traces are left to them */
    __u8 spare_zerocopy;  /* 1: sockets with SO_ZEROCOPY stay out of the sockmap */
    __u8 writes_go;       /* 1: contexts are also written inside of programs of Go */
    __u8 own_samplers;    /* 1: some targets have a sampler of their own */
    __u8 tell_unsampled;  /* 1: exchanges of traces that are not sampled are told, too */
    __u8 pad[7];
};
