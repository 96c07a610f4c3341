/* SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
/* Spans that a program of Go makes itself and that are open. Each is filed as a request would be, so that
 * what is asked for inside of it is for it, and with the cookie and ordinal of the request that it is in
 * itself: what that brought along goes on, too.
 *
 * They are known by address, which a context refers to as long as it lasts, so nothing else is there. What
 * is never ended makes room for newer ones. */
#pragma once
#include "request.h"

#define GO_SPANS_MAX 8192

struct go_span {
    struct open_request request; /* its own ids; parent_id as that of the request that it is in */
    __u8 parent_id[SPAN_ID_SIZE];
};

struct {
    __uint(type, BPF_MAP_TYPE_LRU_HASH);
    __uint(max_entries, GO_SPANS_MAX);
    __type(key, struct go_name);
    __type(value, struct go_span);
} go_spans SEC(".maps");

static __always_inline struct go_span *go_span_of(__u32 pid, __u64 address)
{
    struct go_name name = {.id = address, .pid = pid, .what = GO_SPAN};

    return bpf_map_lookup_elem(&go_spans, &name);
}

/* The open one that this is done for: the span of the program itself, else the request. */
static __always_inline struct open_request *work_request(const struct go_work *work, __u32 pid)
{
    struct go_span *span = work && work->span ? go_span_of(pid, work->span) : NULL;

    if (span)
        return &span->request;
    return work ? request_among(work->cookie, work->first, work->last) : NULL;
}
