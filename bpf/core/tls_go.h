/* SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
/* TLS of Go's own: crypto/tls. Nothing in a session keeps the random number of the hello, but what does its
 * handshake has both at hand; so it is seen there, once, whatever the connection below is wrapped in.
 *
 * Goroutines change threads and their stacks move, so nothing is remembered from the beginning of a call
 * to its end: what is written is seen where records are made of it, under the lock that orders them, and what
 * was read where it is copied to whoever asked. Each is one probe, on an instruction that the kernel emulates. */
#pragma once
#include "go_registers.h"
#include "tls_call.h"

#define GO_TLS_DATA 23   /* recordTypeApplicationData */
#define GO_TLS_RANDOM 32 /* crypto/tls.clientHelloMsg.random */

static __always_inline void tls_go_begin(struct pt_regs *registers)
{
    __u64 state = GO_AX(registers);
    __u64 at = bpf_get_attach_cookie(registers) & 0xff;
    struct target *target = target_of(current_pid());
    struct go_session session = {.id = go_word(state), .pid = current_pid()};
    struct connection *connection;
    struct tls_name name = {};
    __u64 hello;

    if (!target || !go_begins(registers))
        return;
    name.target = target->pid;
    name.role = at == PROBE_GO_TLS_CLIENT_HELLO ? ROLE_CLIENT : ROLE_SERVER;
    hello = go_word(state + at);
    bpf_probe_read_user(name.random, sizeof(name.random), (void *)go_word(hello + GO_TLS_RANDOM));
    connection = tls_connection(&name);
    if (!connection) {
        bpf_map_delete_elem(&go_sessions, &session); /* of one that had this memory before */
        count(COUNTER_TLS_UNMATCHED);
        return;
    }
    connection->tls_session = session.id;
    if (name.role == ROLE_SERVER)
        connection->pid = session.pid;
    bpf_map_update_elem(&go_sessions, &session, &name, BPF_ANY);
}

static __always_inline struct tls_call *tls_go_call(__u64 id, __u64 buffer, __u64 size, bool reads)
{
    struct go_session session = {.id = id, .pid = current_pid()};
    struct tls_name *name = size ? bpf_map_lookup_elem(&go_sessions, &session) : NULL;
    struct tls_call *call = name ? tls_call_of_thread(BPF_LOCAL_STORAGE_GET_F_CREATE) : NULL;

    if (!call)
        return NULL;
    call->session = 0;
    call->buffer = buffer;
    call->size = (__u32)size;
    call->reads = reads;
    call->whole = !reads;
    call->name = *name;
    return call;
}

/* (*Conn).writeRecordLocked begins: session, type, and the slice. */
static __always_inline struct tls_call *tls_go_writes(struct pt_regs *registers)
{
    if ((__u8)GO_BX(registers) != GO_TLS_DATA || !go_begins(registers))
        return NULL;
    return tls_go_call(GO_AX(registers), GO_CX(registers), GO_DI(registers), false);
}

/* (*Conn).Read copies: to, from, and how much. */
static __always_inline struct tls_call *tls_go_reads(struct pt_regs *registers)
{
    __u64 place = bpf_get_attach_cookie(registers) & 0xffff;

    return tls_go_call(
        go_word(GO_STACK(registers) + place), GO_BX(registers), GO_CX(registers), true);
}
