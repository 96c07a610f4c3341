/* SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
/* Why something was not done. One per-CPU slot each; never sent through the ring that may be full. */
#pragma once
#include "types.h"

enum counter : __u32 {
    /* ledger: every finished exchange of a target is exactly one of the first four */
    COUNTER_EMITTED,     /* given to the ring */
    COUNTER_RING_FULL,   /* lost: the agent was too slow */
    COUNTER_SELF_TRACED, /* the process exports spans of its own for it */
    COUNTER_UNSAMPLED,   /* the trace is not sampled: told only if the user wants to keep some */

    /* requests whose header was written */
    COUNTER_INJECTED,
    COUNTER_REWRITTEN,
    COUNTER_ADOPTED,

    /* requests whose header was not written, and why (skip_reason) */
    COUNTER_SKIP_DISABLED,     /* propagation by headers is off */
    COUNTER_SKIP_NOT_ENROLLED, /* the socket was not in the sockmap */
    COUNTER_SKIP_UNPROVEN,     /* not known that a request starts here */
    COUNTER_SKIP_INVALID,      /* the application's own context is malformed or doubled */
    COUNTER_SKIP_SPLIT,        /* the end of the headers was cut in two by the sender */
    COUNTER_SKIP_NO_SPACE,     /* the send buffer might not take the grown message whole */
    COUNTER_SKIP_PUSH_FAILED,  /* the kernel had no memory to grow the message */
    COUNTER_SKIP_ROLLED_BACK,  /* a failed edit was undone */
    COUNTER_SKIP_THROTTLED,    /* Hilo does less, to stay within its budget */
    COUNTER_SKIP_SECURED,      /* it is inside TLS */

    /* the same requests: their context as a TCP option */
    COUNTER_OPTION_WRITTEN,    /* left on the segment of the request, or ... */
    COUNTER_OPTION_APART,      /* ... of these: ahead of it, on an empty one (traffic control) */
    COUNTER_SKIP_OPTION_SPACE, /* other options left no room in that segment */
    COUNTER_SKIP_OPTION_GROW,  /* traffic control could not make room in it */
    COUNTER_OPTION_BARRED,     /* destinations that drop, or reset, what has the option */
    COUNTER_OPTION_STRIPPED,   /* destinations that stopped answering it: not tried for a while */

    COUNTER_CARRY_DROPPED, /* a tracestate or baggage that is invalid or too long was not passed on */

    /* streams that could not be followed */
    COUNTER_STREAM_UNKNOWN, /* the connection does not speak HTTP */
    COUNTER_STREAM_GAP,     /* bytes were missed inside a message */
    COUNTER_STREAM_DEFERRED, /* data came before the connection (Fast Open): followed from its second request */
    COUNTER_TLS_UNMATCHED, /* reads and writes of TLS sessions that are older than Hilo, or no TCP's */
    COUNTER_STREAM_EXISTED,  /* open before Hilo; followed from its next request */
    COUNTER_PIPELINE_FULL,   /* more requests outstanding than the map holds */
    COUNTER_STORAGE_FAILED,  /* no memory for the state of a connection */
    COUNTER_CONTEXT_INVALID, /* incoming context malformed, doubled or of version ff: ignored */

    /* spans that programs make themselves (contract/own_span.h) and that were not told */
    COUNTER_SPAN_UNKNOWN, /* began before Hilo looked, or so many were open that it was forgotten */
    COUNTER_SPAN_TOO_LARGE,  /* longer than OWN_SPAN_MAX */
    COUNTER_SPAN_UNREADABLE, /* its text was not in memory */

    /* processes */
    COUNTER_TARGETS_FULL,
    COUNTER_PROCESS_EVENTS_LOST,
    COUNTER_UNSAMPLED_RING_FULL, /* of those not sampled: cannot be kept, the agent was too slow */
    COUNTER_FIONREAD_LATE, /* a process did not wait long enough for its sockets to leave the sockmap */
};
