/* SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
/* A call of a function of a TLS library that takes or gives plaintext, while it lasts. */
#pragma once
#include "tls_session.h"
#include "../contract/probes.h"
#include <linux/ptrace.h>
#include <bpf/bpf_tracing.h>

struct tls_call {
    __u64 session; /* 0: none */
    __u64 buffer;
    __u64 done; /* where the library puts how much it did, 0: it returns that */
    __u32 size; /* bytes that are to be written, or were read */
    __u32 library;
    __u32 reads;          /* 1: it gives plaintext */
    struct tls_name name; /* of its connection, once that is known */
    __u32 whole;          /* 1: it takes all that is to be written, or fails for good */
};

struct {
    __uint(type, BPF_MAP_TYPE_TASK_STORAGE);
    __uint(map_flags, BPF_F_NO_PREALLOC);
    __type(key, int);
    __type(value, struct tls_call);
} tls_calls SEC(".maps");

static __always_inline struct tls_call *tls_call_of_thread(__u64 flags)
{
    return bpf_task_storage_get(&tls_calls, bpf_get_current_task_btf(), NULL, flags);
}

/* At the beginning of a function: its arguments are session, buffer, size and, perhaps, where to tell how
 * much was done. */
static __always_inline struct tls_call *tls_call_begin(struct pt_regs *registers, bool reads)
{
    __u64 cookie = bpf_get_attach_cookie(registers);
    struct tls_call *call = tls_call_of_thread(BPF_LOCAL_STORAGE_GET_F_CREATE);

    if (!call)
        return NULL;
    call->session = PT_REGS_PARM1(registers);
    call->buffer = PT_REGS_PARM2(registers);
    call->size = (__u32)PT_REGS_PARM3(registers);
    call->done = cookie & PROBE_TLS_TELLS_APART ? PT_REGS_PARM4(registers) : 0;
    call->library = cookie >> 32;
    call->reads = reads;
    call->whole = 0;
    call->name.target = 0;
    return call;
}

/* When it returns: the call, with what it did, NULL: nothing. */
static __always_inline struct tls_call *tls_call_end(struct pt_regs *registers)
{
    struct tls_call *call = tls_call_of_thread(0);
    __s32 result = (__s32)PT_REGS_RC(registers);
    __u64 done = result;

    if (!call || !call->session || result <= 0)
        return NULL;
    if (call->done && bpf_probe_read_user(&done, sizeof(done), (void *)call->done))
        return NULL;
    call->size = (__u32)done;
    return call;
}
