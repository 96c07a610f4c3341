/* SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
/* For which request another one is sent, as far as the process tells, and the ids that follow from it. */
#pragma once
#include "go_span.h"
#include "keep.h"
#include "sample.h"
#include "trace.h"
#include "../contract/exchange.h"

/* Of what the goroutine that runs writes now: `stream` of HTTP/2, 0: it has none. */
static __always_inline struct open_request *parent_of_goroutine(const struct go_program *program,
                                                                __u32 pid,
                                                                __u32 stream,
                                                                enum link *link)
{
    *link = LINK_GOROUTINE;
    return work_request(goroutine_work(program, pid, stream), pid);
}

/* Of what anything in this process writes now. */
static __always_inline struct open_request *parent_of_process(__u32 pid, enum link *link)
{
    struct open_request *parent = process_request(pid);

    *link = parent ? LINK_PROCESS : LINK_NONE;
    return parent;
}

static __always_inline void client_identify(__u32 target,
                                            struct span_context *span,
                                            __u8 *parent_id,
                                            const struct open_request *parent)
{
    struct sampling sampling;

    if (parent) {
        *span = parent->span;
        id_copy(parent_id, parent->span.span_id);
        keep_decide(span);
    } else {
        trace_begin(span);
        *(__u64 *)parent_id = 0;
        sampling = sampling_of(target);
        sample_decide(&sampling, span, false);
    }
    span_begin(span);
}
