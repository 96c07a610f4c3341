/* SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
/* The open request of each server connection: what outgoing work may have as its parent. Keyed by
 * socket cookie, so that a thread that works on a client socket can reach it. */
#pragma once
#include "goroutine.h"
#include "trace.h"
#include "connection.h"

#define SERVER_CONNECTIONS_MAX 65536
#define TASKS_MAX 65536

struct open_request {
    __u64 cookie;         /* of the connection */
    __u32 ordinal;        /* 0: none is open. With the cookie it names the request for good (R2) */
    __u32 newest;         /* ordinal of the newest request received */
    __u32 reader_ordinal; /* the request that reader_* are about */
    __u32 reader_pid;
    __u32 reader_tid;
    __u32 target; /* of the reader, 0: it is no target */
    struct span_context span;
    __u8 parent_id[SPAN_ID_SIZE];
    __u8 is_root;    /* it came without a context: an outgoing request may still name its trace */
    __u8 propagated; /* its trace id has left this process, or was taken over from it */
    __u8 extras;     /* EXTRA_… */
    __u8 has_body;
    __u32
        stream; /* HTTP/2: the newest stream of the connection, whose requests are filed apart (call.h) */
    __u32 end; /* sequence number behind the body, if it has one of known length */
    __u32 pad;
};

struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(map_flags, BPF_F_NO_PREALLOC);
    __uint(max_entries, SERVER_CONNECTIONS_MAX);
    __type(key, __u64);
    __type(value, struct open_request);
} open_requests SEC(".maps");

/* Thread id -> what it read last. */
struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(map_flags, BPF_F_NO_PREALLOC);
    __uint(max_entries, TASKS_MAX);
    __type(key, __u32);
    __type(value, struct task);
} tasks SEC(".maps");

/* A stream of HTTP/2 is, for whoever asks for a request by name, a connection with one request: with the
 * cookie of the real one, and the number of the stream in bits that cookies do not reach. */
static __always_inline __u64 call_cookie(__u64 cookie, __u32 stream)
{
    return cookie ^ (__u64)((stream + 1) >> 1) << 33;
}

#define TLS_COOKIE                                                                                 \
    (1ULL << 63) /* sets an inner connection's cookie apart (tls.h); call_cookie() leaves it */

static __always_inline struct open_request *open_request_of(__u64 cookie)
{
    return bpf_map_lookup_elem(&open_requests, &cookie);
}

static __always_inline void open_request_prepare(__u64 cookie)
{
    struct open_request none = {.cookie = cookie};

    bpf_map_update_elem(&open_requests, &cookie, &none, BPF_NOEXIST);
}

/* Of these requests of a connection, the one that is open. */
static __always_inline struct open_request *request_among(__u64 cookie, __u32 first, __u32 last)
{
    struct open_request *request = cookie ? open_request_of(cookie) : NULL;

    if (!request || !request->ordinal || request->ordinal < first || request->ordinal > last)
        return NULL;
    return request;
}

/* The request that `task` read, if it is still the open one of its connection. */
static __always_inline struct open_request *task_request(const struct task *task)
{
    return request_among(task->cookie, task->first, task->last);
}

/* The only request that the process has open, if there is exactly one. */
static __always_inline struct open_request *process_request(__u32 pid)
{
    struct target *target = target_of(pid);
    struct open_request *request;

    if (!target || target->open_count != 1)
        return NULL;
    request = open_request_of(target->open_cookies);
    return request && request->ordinal && request->reader_pid == pid ? request : NULL;
}

#define TASK_LOOPS 16 /* so many requests later it is believed to handle one at a time */

static __always_inline void task_set(struct task *task)
{
    __u32 tid = current_tid();
    struct task *known = bpf_map_lookup_elem(&tasks, &tid);

    if (!known) {
        bpf_map_update_elem(&tasks, &tid, task, BPF_ANY);
        return;
    }
    task->loops = known->loops ? known->loops - 1 : 0;
    if (known->cookie != task->cookie && !known->awaits && task_request(known))
        task->loops = TASK_LOOPS;
    *known = *task;
}

/* Whether it goes on behind what was `read`. */
static __always_inline bool request_goes_on(const struct open_request *request, __u32 read)
{
    return (__s32)(request->end - read) > 0;
}

/* This process has the request, from now on. */
static __always_inline void request_read(struct open_request *request)
{
    __u32 tid = current_tid();
    __u32 pid = current_pid();

    if (request->reader_ordinal == request->ordinal)
        return;
    struct target *target = target_of(pid);

    request->reader_pid = pid;
    request->reader_tid = tid;
    request->target = target ? target->pid : 0;
    request->reader_ordinal = request->ordinal;
    if (target)
        target_request_opened(target, request->cookie);
}

/* This thread, or goroutine, has read from that connection; not yet all of the request, if it `awaits` more. */
static __always_inline void task_read(__u64 cookie, struct open_request *request, bool awaits)
{
    struct task task = {
        .cookie = cookie, .first = request->ordinal, .last = request->newest, .awaits = awaits};
    struct go_work work = {.cookie = cookie, .first = request->ordinal, .last = request->newest};

    if (!goroutine_takes(current_pid(), &work))
        task_set(&task);
    request_read(request);
}
