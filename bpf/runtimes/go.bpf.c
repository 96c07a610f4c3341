/* SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
/* Follows work through a program of Go: which goroutine, and which context, serves which request, and for
 * which of them another goroutine writes. sk_msg and cgroup_skb ask for it when a request leaves.
 *
 * Why these places: each is the last one where both ends of a link are in registers.
 *  - newproc: a goroutine works for what the one that starts it works for. It is probed where the new one
 *    is put into the queue, after it has its number.
 *  - serverHandler.ServeHTTP, runHandler, handleStream: the handler of a request begins in its goroutine,
 *    with the context that everything it asks for is derived from, by whichever goroutine.
 *  - persistConn.roundTrip and Request.write: the same request, in the goroutine that asks and in the one
 *    that writes to the connection. Writers of HTTP/2 in net/http have a goroutine for each stream.
 *  - NewStream, the call of executeAndPut in it, headerHandler: the same for grpc, whose writer collects the
 *    headers of several streams before it sends.
 *  - start and ended of OpenTelemetry's Auto SDK, which are there for probes: go_spans.h.
 * A context says more than a goroutine, which may be one of a pool.
 *
 * None of these is a first instruction: the probe is on the conditional jump behind the check of the stack, which
 * the kernel can emulate. All arguments are still in registers there (ABIInternal, Go 1.17 and later); it
 * runs again after the stack has grown, so each place may be told the same thing twice. */
#include "../core/go_registers.h"
#include "../core/go_socket.h"
#include "../core/tls.h"
#include "go_spans.h"
#include "go_work.h"

char LICENSE[] SEC("license") = "Dual MIT/GPL";

EVENT_LAYOUT(go_program);
EVENT_LAYOUT(own_span_event);

#define G_M 48             /* runtime.g.m: behind what the linker knows, the same since Go 1.14 */
#define STREAM_NUMBER 8    /* http2.stream.id */
#define SERVER_SOCKET 16   /* http2.serverConn.conn ... */
#define INTERNAL_SOCKET 24 /* ... and that of net/http/internal/http2, ... */
#define INTERNAL_CONTEXT 0 /* ... whose requests are structures of their own */
#define START_STREAM 40    /* transport.headerFrame.initStream: only clients have it */

static __always_inline __u64 cookie_of_fd(__u32 fd)
{
    struct sock *sock = socket_of_fd(fd);

    return sock ? BPF_CORE_READ(sock, __sk_common.skc_cookie.counter) : 0;
}

static __always_inline __u64 cookie_of_session(__u32 pid, __u64 conn)
{
    struct go_session session = {.id = conn, .pid = pid};
    struct tls_name *name = bpf_map_lookup_elem(&go_sessions, &session);
    struct connection *inner = name ? tls_connection(name) : NULL;

    return inner ? inner->cookie : 0;
}

/* The request on this stream of a net.Conn. That the right one was found is known from the stream. */
static __always_inline bool go_call(const struct go_place *place,
                                    __u64 conn,
                                    __u32 stream,
                                    struct go_work *work)
{
    struct open_request *request;
    __u64 cookie;

    for (int depth = 0; depth < GO_CONN_DEPTH && conn; depth++) {
        cookie = cookie_of_session(place->pid, conn);
        if (!cookie)
            cookie = cookie_of_fd((__u32)go_word(go_word(conn) + GO_CONN_FD));
        request = cookie ? open_request_of(call_cookie(cookie, stream)) : NULL;
        if (request) {
            work->cookie = request->cookie;
            work->first = request->ordinal;
            work->last = request->ordinal;
            return true;
        }
        conn = go_word(conn + GO_DATA);
    }
    return false;
}

static __always_inline void go_serves(const struct go_place *place,
                                      __u64 context,
                                      const struct go_work *work)
{
    go_says(place, place->goroutine, GO_GOROUTINE, work);
    go_says(place, context, GO_CONTEXT, work);
}

/* On the scheduler's stack: its g knows the goroutine that asks for it by way of its thread. */
static __always_inline void go_start(struct go_place *place, struct pt_regs *registers)
{
    const struct go_program *program = place->program;
    __u64 caller = go_word(go_word(GO_G(registers) + G_M) + program->curg);
    struct go_work work;

    if (go_knows(place, go_word(caller + program->goid), GO_GOROUTINE, &work))
        go_says(place, go_word(GO_BX(registers) + program->goid), GO_GOROUTINE, &work);
}

static __always_inline void go_serve(struct go_place *place, struct pt_regs *registers)
{
    struct go_work work;

    if (go_knows(place, place->goroutine, GO_GOROUTINE, &work))
        go_says(place,
                go_word(GO_DI(registers) + place->program->request_context + GO_DATA),
                GO_CONTEXT,
                &work);
}

static __always_inline void go_serve_stream(struct go_place *place,
                                            struct pt_regs *registers,
                                            __u32 socket,
                                            __u32 context)
{
    __u64 stream = go_word(go_word(GO_BX(registers))); /* responseWriter.rws.stream */
    __u64 conn = go_word(GO_AX(registers) + socket + GO_DATA);
    struct go_work work;

    if (go_call(place, conn, (__u32)go_word(stream + STREAM_NUMBER), &work))
        go_serves(place, go_word(GO_CX(registers) + context + GO_DATA), &work);
}

static __always_inline void go_serve_call(struct go_place *place, struct pt_regs *registers)
{
    const struct go_program *program = place->program;
    __u64 stream = program->rpc_stream_is_inside ? go_word(GO_DI(registers)) : GO_DI(registers);
    __u64 conn = go_word(GO_CX(registers) + program->rpc_connection + GO_DATA);
    struct go_work work;

    if (go_call(place, conn, (__u32)go_word(stream + program->rpc_stream), &work))
        go_serves(place, go_word(stream + program->rpc_stream_context + GO_DATA), &work);
}

/* From here on nothing is not "not known" but "for none": the one that writes has written for others. */
static __always_inline void go_ask(struct go_place *place, struct pt_regs *registers)
{
    __u64 request = go_word(GO_BX(registers)); /* transportRequest.Request */
    struct go_work work = {};

    go_asks(place, go_word(request + place->program->request_context + GO_DATA), &work);
    go_says(place, request, GO_REQUEST, &work);
}

static __always_inline void go_write(struct go_place *place, struct pt_regs *registers)
{
    struct go_name name = go_named(place, GO_AX(registers), GO_REQUEST);
    struct go_work *asked = go_work_of(&name);
    struct go_work work;

    if (!asked)
        return;
    work = *asked;
    go_says(place, place->goroutine, GO_GOROUTINE, &work);
    bpf_map_delete_elem(&go_work, &name);
}

static __always_inline void go_write_stream(struct go_place *place,
                                            struct pt_regs *registers,
                                            __u32 context)
{
    struct go_work work = {};

    go_asks(place, go_word(GO_BX(registers) + context + GO_DATA), &work);
    go_says(place, place->goroutine, GO_GOROUTINE, &work);
}

static __always_inline void go_calls(struct go_place *place, struct pt_regs *registers)
{
    struct go_work work = {};

    go_asks(place, GO_CX(registers), &work);
    go_says(place, place->goroutine, GO_CALLER, &work);
}

static __always_inline void go_queue(struct go_place *place, struct pt_regs *registers)
{
    struct go_work work = {};

    go_knows(place, place->goroutine, GO_CALLER, &work);
    go_says(place, GO_DI(registers), GO_HEADERS, &work);
}

static __always_inline void go_send(struct go_place *place, struct pt_regs *registers)
{
    __u64 headers = GO_BX(registers);
    struct go_name name = go_named(place, headers, GO_HEADERS);
    struct go_work *queued = go_work_of(&name);
    struct go_work work = {};

    if (!go_word(headers + START_STREAM))
        return;
    if (queued)
        work = *queued;
    go_says(place, place->goroutine, (__u32)go_word(headers), &work);
    if (queued)
        bpf_map_delete_elem(&go_work, &name);
}

SEC("uprobe.multi")
int on_go(struct pt_regs *registers)
{
    struct go_place place = {.pid = current_pid()};

    place.program = go_program_of(place.pid);
    if (!place.program)
        return 0;
    place.goroutine = go_word(GO_G(registers) + place.program->goid);
    switch (bpf_get_attach_cookie(registers)) {
    case GO_SITE_START:
        go_start(&place, registers);
        break;
    case GO_SITE_SERVE:
        go_serve(&place, registers);
        break;
    case GO_SITE_SERVE_STREAM:
        go_serve_stream(&place, registers, SERVER_SOCKET, place.program->request_context);
        break;
    case GO_SITE_SERVE_INTERNAL_STREAM:
        go_serve_stream(&place, registers, INTERNAL_SOCKET, INTERNAL_CONTEXT);
        break;
    case GO_SITE_SERVE_CALL:
        go_serve_call(&place, registers);
        break;
    case GO_SITE_ASK:
        go_ask(&place, registers);
        break;
    case GO_SITE_WRITE:
        go_write(&place, registers);
        break;
    case GO_SITE_WRITE_STREAM:
        go_write_stream(&place, registers, place.program->request_context);
        break;
    case GO_SITE_WRITE_INTERNAL_STREAM:
        go_write_stream(&place, registers, INTERNAL_CONTEXT);
        break;
    case GO_SITE_CALL:
        go_calls(&place, registers);
        break;
    case GO_SITE_QUEUE:
        go_queue(&place, registers);
        break;
    case GO_SITE_SEND:
        go_send(&place, registers);
        break;
    case GO_SITE_SPAN_START:
        go_span_start(&place, registers);
        break;
    case GO_SITE_SPAN_END:
        go_span_end(&place, registers);
        break;
    }
    return 0;
}
