/* SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
/* Keys and values of the maps that agent and programs share. */
#pragma once
#include "types.h"

enum fionread_state : __u32 {
    FIONREAD_UNUSED,  /* never asked: its sockets may stay in the sockmap */
    FIONREAD_ASKED,   /* asking now, waits for the agent */
    FIONREAD_EVICTED, /* its sockets are out of the sockmap and never come back */
};

/* Map `targets`: pid (__u32, initial pid namespace) -> target. A process in it is traced. The agent
 * writes it; fork copies it to the child, exit removes it. */
struct target {
    __u32 pid; /* the process whose selection this entry goes back to */
    enum fionread_state fionread;
    __u64 open_count;   /* server requests read by this process and not answered yet */
    __u64 open_cookies; /* sum of the cookies of their connections: with open_count 1, the one */
};

/* Map `owners`: socket-local storage, cloned from a listener to what it accepts. The agent writes it
 * on sockets that are older than itself. */
struct owner {
    __u32 pid; /* as target.pid */
    enum role role;
    __u8 existed; /* older than this mark: its position in the stream is not known */
    __u8 pad[2];
};
