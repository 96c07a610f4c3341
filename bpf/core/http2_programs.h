/* SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
/* Programs that follow connections of HTTP/2, called by those that found out that they are. Apart, because
 * what both need would not fit into one program's stack; and where the kernel refuses them, HTTP/1 is
 * followed all the same. A map each: the kernel wants programs of one kind in one. */
#pragma once
#include "../kernel.h"

#define HTTP2_PROGRAMS(name)                                                                       \
    struct {                                                                                       \
        __uint(type, BPF_MAP_TYPE_PROG_ARRAY);                                                     \
        __uint(max_entries, 1);                                                                    \
        __type(key, __u32);                                                                        \
        __type(value, __u32);                                                                      \
    } name SEC(".maps")

HTTP2_PROGRAMS(http2_ingress);
HTTP2_PROGRAMS(http2_egress);
HTTP2_PROGRAMS(http2_message);
