/* SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
/* Processes that export traces of their own, by an OpenTelemetry SDK: they describe their requests
 * themselves. Hilo tells nothing twice, and passes on what reached them where they do not. */
#pragma once
#include "connection.h"
#include "settings.h"
#include "target.h"

/* 1: there is, or was, such a process. Spares everybody else a look at the target. */
struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, __u8);
} exporters SEC(".maps");

static __always_inline bool exporter_is(__u32 pid)
{
    __u32 zero = 0;
    __u8 *any = bpf_map_lookup_elem(&exporters, &zero);
    struct target *target;

    if (!settings.leave_exporters || !any || !*any)
        return false;
    target = target_of(pid);
    return target && target->exports;
}

static __always_inline bool exporter_posts(const __u64 *words)
{
    return words[0] == WORD('P', 'O', 'S', 'T', ' ', '/', 'v', '1') &&
           words[1] == WORD('/', 't', 'r', 'a', 'c', 'e', 's', ' ');
}

/* The same by gRPC: /opentelemetry.proto.collector.trace.v1.TraceService/Export */
static __always_inline bool exporter_calls(const __u64 *words)
{
    return words[0] == WORD('P', 'O', 'S', 'T', ' ', '/', 'o', 'p') &&
           words[1] == WORD('e', 'n', 't', 'e', 'l', 'e', 'm', 'e') &&
           words[2] == WORD('t', 'r', 'y', '.', 'p', 'r', 'o', 't') &&
           words[3] == WORD('o', '.', 'c', 'o', 'l', 'l', 'e', 'c') &&
           words[4] == WORD('t', 'o', 'r', '.', 't', 'r', 'a', 'c') &&
           words[5] == WORD('e', '.', 'v', '1', '.', 'T', 'r', 'a');
}

/* Is this the request by which a process exports, to the path that OTLP names? Then it is known now. */
static __always_inline void exporter_recognise(const struct exchange *exchange, __u32 pid)
{
    const __u64 *words = (const __u64 *)exchange->request_head;
    __u32 zero = 0;
    struct target *target;
    __u8 *any;

    if (!settings.leave_exporters || !(exporter_posts(words) || exporter_calls(words)))
        return;
    target = target_of(pid);
    any = bpf_map_lookup_elem(&exporters, &zero);
    if (!target || !any)
        return;
    target->exports = 1;
    *any = 1;
}
