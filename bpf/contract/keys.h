/* SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
/* Keys and values of the maps that agent and programs share. */
#pragma once
#include "settings.h"
#include "types.h"

/* Map `targets`: pid (__u32, initial pid namespace) -> target. A process in it is traced. The agent
 * adds it; fork copies it to the child, exit removes it. The counts belong to the kernel side. */
struct target {
    __u32 pid;          /* the process whose selection this entry goes back to */
    __u32 exports;      /* 1: it exports traces of its own, written by the kernel side */
    __u64 open_count;   /* server requests read by this process and not answered yet */
    __u64 open_cookies; /* sum of the cookies of their connections: with open_count 1, the one */
    __s32
        trust; /* how far what its threads read tells what they work for, by the kernel side (core/cause.h) */
    __u32 pad;
};

/* Map `samplers`: target.pid -> sampling. Written by the agent, for what is selected with a sampler of its own. */
struct sampling {
    __u64 threshold; /* as settings.sampling_threshold, and so on */
    enum sampler sampler;
    __u8 parent_based;
    __u8 pad[6];
};

/* Map `watches`: pid -> watch. Sockets of a process may stay in the sockmap between requests only while
 * its calls of ioctl(FIONREAD) are watched and none has come. */
enum watch_state : __u32 {
    WATCH_NONE,
    WATCH_QUIET,   /* written by the agent: the probe is attached, or the process cannot ask */
    WATCH_ASKED,   /* written by the probe: a thread asks now and waits for the agent */
    WATCH_EVICTED, /* written by the agent: its sockets are out of the sockmap and stay out */
};

struct watch {
    enum watch_state state;
};

/* Map `owners`: socket-local storage, cloned from a listener to what it accepts. The agent writes it
 * on sockets that are older than itself. */
struct owner {
    __u32 pid;     /* as target.pid */
    __u32 process; /* the process that has the socket, which may be a child of that one */
    enum role role;
    __u8 existed; /* older than this mark: its position in the stream is not known */
    __u8 pad[2];
};

/* Map `throttle`, one entry: how much Hilo does. Written by the agent when its programs take more time
 * per request than the user allows. */
enum throttle_step : __u32 {
    THROTTLE_FULL,
    THROTTLE_SOME_HEADERS, /* headers are written for one trace in eight, the same ones everywhere */
    THROTTLE_NO_HEADERS,
    THROTTLE_OFF, /* nothing is looked at */
};

struct throttle {
    enum throttle_step step;
    __u32 hold_out; /* 1: a random half of the new client connections stays out of the sockmap */
};

/* Map `harm`, per CPU: HARM_MEASURES counts for each group of client connections. */
enum harm_group : __u8 {
    HARM_GROUP_NONE,     /* could not be enrolled: not counted */
    HARM_GROUP_USUAL,    /* while nothing is held out */
    HARM_GROUP_ENROLLED, /* while half of them is held out ... */
    HARM_GROUP_HELD_OUT, /* ... and that half */
};

#define HARM_GROUPS 4
#define HARM_MEASURES 16

enum harm_measure : __u32 {
    HARM_MEASURE_BEGUN,   /* connections */
    HARM_MEASURE_HARMED,  /* of these: ended by a reset or an error, or before an answer */
    HARM_MEASURE_FASTEST, /* requests answered within 2^20 ns; each next slot: twice as long ... */
    HARM_MEASURE_SLOWEST = 15, /* ... or any longer */
};

/* Map `kept_traces`: the traces that the agent kept last although they are not sampled, each at the slot
 * that four bytes of its id name. Written by the agent. */
#define KEPT_TRACES 1024
#define KEPT_SLOT_AT 12 /* little-endian */

struct kept_trace {
    __u8 trace_id[TRACE_ID_SIZE];
};
