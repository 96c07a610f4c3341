/* SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
#pragma once
#include "types.h"

#define COMMAND_SIZE 16
#define DECLARED_NAME_SIZE 256
#define DECLARED_ATTRIBUTES_SIZE 1024

enum process_change : __u8 {
    PROCESS_EXEC,
    PROCESS_FORK,
    PROCESS_EXIT,
};

/* A process was born, replaced its program, or ended. Threads are not reported. */
struct process_event {
    struct event_header header;
    __u64 start_ns; /* start_boottime of the process: with the pid it names it for good */
    __u32 pid;
    __u32 parent_pid;
    enum process_change change;
    __u8 chosen;   /* 1: it is a target from this exec on, because everything in its cgroup is */
    __u8 declares; /* of an exec, 1: what the environment says is known, and stands below */
    __u8 pad;
    __u32 target;               /* what it was traced as until now (target.pid), 0: not traced */
    char command[COMMAND_SIZE]; /* task comm, zero-terminated */
    __u16 name_size;            /* of OTEL_SERVICE_NAME, at the beginning of declared */
    __u16 attributes_size;      /* of OTEL_RESOURCE_ATTRIBUTES, at DECLARED_NAME_SIZE */
    __u32 pad2;
    __u8 declared[]; /* is there if one of them is not empty */
};

/* A process began to listen on a TCP socket. */
struct listen_event {
    struct event_header header;
    __u64 cookie; /* socket cookie, 0 when it has none yet */
    __u32 pid;
    __u16 port; /* host byte order */
    __u16 family;
};

/* A process asked a socket how much it holds (FIONREAD) for the first time. Sockets in a sockmap
 * answer wrongly on some kernels: the agent takes all sockets of this process out of it and then
 * acknowledges in the map of watches; the process waits for that, within a bound. */
struct fionread_event {
    struct event_header header;
    __u32 pid;
    __u32 pad;
};

/* Map `tls_processes`: pid -> tls_process. */
enum tls_process : __u32 {
    TLS_PROCESS_UNKNOWN,
    TLS_PROCESS_ASKED,  /* written by the kernel side: it speaks TLS, the agent has been told */
    TLS_PROCESS_PROBED, /* written by the agent: the calls of its TLS libraries are seen */
};

/* A process speaks TLS, for the first time that is known. */
struct tls_event {
    struct event_header header;
    __u32 pid;
    __u32 pad;
};
