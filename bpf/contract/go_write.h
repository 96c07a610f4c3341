/* SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
/* Where programs of Go write requests (propagation/go_write.bpf.c). */
#pragma once
#include "types.h"

/* Where a probe is: the lower half of its cookie. */
enum go_write_site : __u32 {
    GO_WRITE_REQUEST, /* net/http: a request is about to be written to a connection ... */
    GO_WRITE_HEAD,    /* ... and its fields have been, into the buffer */
    GO_WRITE_STREAM,  /* net/http up to Go 1.26 and x/net/http2: a request is about to be written */
    GO_WRITE_INTERNAL_STREAM, /* net/http/internal/http2, since Go 1.27: the same */
    GO_WRITE_CALL,            /* grpc: the same */
    GO_WRITE_FRAME,           /* both: their frame of headers is about to be made ... */
    GO_WRITE_FRAME_END,       /* ... and to be given its length */
};

/* The upper half: 1: maps of the program are Swiss tables, as of Go 1.24. */
#define GO_WRITE_SWISS_SHIFT 32
