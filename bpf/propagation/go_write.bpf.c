/* SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
/* Writes the context into requests while a program of Go still has them in its buffers: of connections that
 * are inside TLS, are older than Hilo, or are for other reasons not in the sockmap. Where on_message sees the
 * request it does so; here it is left alone then. Loaded only where the kernel permits
 * bpf_probe_write_user(), which under lockdown it does not.
 *
 * HTTP/1: behind the last field, in front of the blank line, into what is left of the buffer. First the bytes,
 * then the one word that says how many there are.
 *
 * HTTP/2: a frame of headers is asked for with as much padding as the fields take, so that Go makes the room;
 * then they are written over it, and the length of the padding becomes 0. Whatever fails on the way, the
 * frame is a right one.
 *
 * Nothing is believed that is not seen: that a buffer belongs to a connection of net/http, and what it has
 * at the end; that a frame is one of headers, how long it is, and how it was padded. */
#include "../core/exporter.h"
#include "../core/go_headers.h"
#include "../core/go_registers.h"
#include "../core/go_socket.h"
#include "../core/parent.h"
#include "../core/scratch.h"
#include "../core/throttle.h"
#include "../core/tls.h"
#include "../core/written.h"
#include "../contract/go_write.h"
#include "header_lines.h"

char LICENSE[] SEC("license") = "Dual MIT/GPL";

#define GO_WRITES_MAX 4096
#define REQUEST_HEADER 56  /* net/http.Request.Header ... */
#define INTERNAL_HEADER 40 /* ... and that of net/http/internal/http2.ClientRequest */
#define WRITER_BUFFER 16   /* bufio.Writer: buf, n and, behind the type of wr, what it writes to */
#define WRITER_USED 40
#define WRITER_TARGET 56
#define CONNECTION_CONN 88 /* net/http.persistConn: what conn is, and bw */
#define CONNECTION_TLS 96
#define CONNECTION_WRITER 112
#define STREAM_CONN 16 /* http2.ClientConn: what tconn is */
#define LOOPY_FRAMER                                                                               \
    40 /* transport.loopyWriter, whose framer begins with a pointer to what it writes to */
#define LOOPY_CONN 40 /* transport.bufWriter: what conn is, here or in one of the next words ... */
#define LOOPY_CONN_LAST 56
#define CALL_FIELDS 8   /* transport.headerFrame */
#define CALL_START 40   /* only clients have it */
#define FRAMER_WORDS 32 /* of a http2.Framer: the slice that it builds frames in is among them */
#define FRAME_MAX 16384 /* every peer takes so long a frame */
#define FRAME_HEAD 10   /* its header, and the length of the padding */
#define FRAME_PRIORITY 5
#define FIELDS_MAX 255

/* What a goroutine is about to write. */
struct go_write {
    __u64 writer; /* HTTP/1: its bufio.Writer */
    struct span_context span;
    struct written written;
    __u32 stream;
    __u32 frame; /* bytes of the padded frame, 0: it has not been asked for */
    __u32 fields;
    __u32 followed; /* 1: the request will have a span of its own */
};

struct {
    __uint(type, BPF_MAP_TYPE_LRU_HASH);
    __uint(max_entries, GO_WRITES_MAX);
    __type(key, struct go_name);
    __type(value, struct go_write);
} go_writes SEC(".maps");

struct go_writing {
    const struct go_program *program;
    struct go_name name;
    bool swiss;
    __u8 pad[7];
};

/* http2.HeadersFrameParam, on the stack. */
struct headers_frame {
    __u32 stream;
    __u32 pad;
    __u64 block;
    __u64 size;
    __u64 capacity;
    __u8 ends_stream;
    __u8 ends_headers;
    __u8 padding;
    __u8 pad2;
    __u32 depends_on;
    __u8 priority[8]; /* exclusive, weight; in newer ones also urgency and whether incremental */
};

/* The frame, as far as it is made. */
struct http2_frame_head {
    __u8 size[3];
    __u8 type;
    __u8 flags;
    __u8 stream[4];
    __u8 padding;
    __u8 pad[2];
};

enum way {
    WAY_UNSEEN,   /* nobody will see the request: there will be no span of it */
    WAY_FOLLOWED, /* it will be seen, and cannot be written into */
    WAY_NETWORK,  /* on_message will see it and write */
};

/* How requests leave over this net.Conn, which may be one inside of others; a socket is looked for in the
 * first `plain` of them. */
static __always_inline enum way way_of(__u32 pid, __u64 conn, int plain)
{
    struct go_session session = {.pid = pid};
    struct sock *sock;

    for (int depth = 0; depth < GO_CONN_DEPTH && conn; depth++) {
        session.id = conn;
        if (bpf_map_lookup_elem(&go_sessions, &session))
            return WAY_FOLLOWED;
        sock = depth < plain ? socket_of_fd((__u32)go_word(go_word(conn) + GO_CONN_FD)) : NULL;
        if (sock)
            return socket_is_enrolled(sock) ? WAY_NETWORK : WAY_FOLLOWED;
        conn = go_word(conn + GO_DATA);
    }
    return WAY_UNSEEN;
}

static __always_inline void go_write_begin(const struct go_writing *writing,
                                           enum way way,
                                           __u64 writer)
{
    struct go_write write = {.writer = writer, .followed = way == WAY_FOLLOWED};

    if (way != WAY_NETWORK && throttle_step() < THROTTLE_NO_HEADERS &&
        !exporter_is(writing->name.pid))
        bpf_map_update_elem(&go_writes, &writing->name, &write, BPF_ANY);
}

/* Whose ids it leaves with. What has no span of its own passes on those of the request that it is for. */
static __always_inline bool go_write_identify(const struct go_writing *writing,
                                              struct go_write *write)
{
    struct written *written = &write->written;
    __u32 pid = writing->name.pid;
    const struct target *target = target_of(pid);
    struct open_request *parent =
        parent_of_goroutine(writing->program, pid, write->stream, &written->link);

    if (!parent)
        parent = parent_of_process(pid, &written->link);
    if (!parent && !write->followed)
        return false;
    client_identify(target ? target->pid : pid, &write->span, written->parent_id, parent);
    if (parent && !write->followed)
        id_copy(write->span.span_id, parent->span.span_id);
    written->pid = pid;
    written->shared = !write->followed;
    written->flags = write->span.flags;
    if (throttle_spares(&write->span))
        return false;
    if (parent)
        parent->propagated = 1;
    return true;
}

static __always_inline void go_write_put(struct window *lines,
                                         const bool http2,
                                         const struct span_context *span)
{
    lines->size = 0;
    put_context(http2, span, lines);
}

static __always_inline bool go_store(__u64 to, const void *from, __u32 size)
{
    return !bpf_probe_write_user((void *)to, from, size);
}

static __always_inline bool go_store_lines(__u64 to, const struct window *lines)
{
    return lines->size && lines->size <= FIELDS_MAX &&
           go_store(to, lines->bytes, at_most(lines->size, FIELDS_MAX));
}

/* It has left the hands of this program; written_take() will be asked. */
static __always_inline void go_write_tell(const struct go_write *write)
{
    struct written written = write->written;
    __u64 id = *(const __u64 *)write->span.span_id;

    count(COUNTER_INJECTED);
    bpf_map_update_elem(&written_contexts, &id, &written, BPF_ANY);
}

/* (*Request).write begins: request, and to what it is written. */
static __always_inline void go_write_request(const struct go_writing *writing,
                                             struct pt_regs *registers)
{
    __u64 writer = GO_CX(registers);
    __u64 connection = go_word(writer + WRITER_TARGET);
    __u64 header = go_word(GO_AX(registers) + REQUEST_HEADER);
    enum way way;

    if (!go_begins(registers) || go_word(connection + CONNECTION_WRITER) != writer)
        return;
    way = way_of(writing->name.pid,
                 go_word(connection + CONNECTION_CONN),
                 go_word(connection + CONNECTION_TLS) ? 0 : GO_CONN_DEPTH);
    if (way != WAY_NETWORK && !go_header_has_context(header, writing->swiss))
        go_write_begin(writing, way, writer);
}

/* In it, io.WriteString is called: the writer, and what is written. */
static __always_inline void go_write_head(const struct go_writing *writing,
                                          struct go_write *write,
                                          struct pt_regs *registers)
{
    __u64 buffer[4]; /* begin, size, capacity, used */
    struct scratch *scratch;
    __u16 text = 0;
    __u32 slot;

    if (GO_BX(registers) != write->writer || GO_DI(registers) != sizeof(text) ||
        bpf_probe_read_user(&text, sizeof(text), (void *)GO_CX(registers)) ||
        text != ('\r' | '\n' << 8) ||
        bpf_probe_read_user(buffer, sizeof(buffer), (void *)(write->writer + WRITER_BUFFER)))
        return;
    scratch = scratch_claim(&slot);
    if (!scratch)
        return;
    if (go_write_identify(writing, write)) {
        go_write_put(&scratch->window, false, &write->span);
        buffer[3] += scratch->window.size;
        if (buffer[3] <= buffer[1] &&
            go_store_lines(buffer[0] + buffer[3] - scratch->window.size, &scratch->window) &&
            go_store(write->writer + WRITER_USED, &buffer[3], sizeof(buffer[3])))
            go_write_tell(write);
    }
    scratch_release(slot);
}

/* (*clientStream).encodeAndWriteHeaders begins: stream and request. */
static __always_inline void go_write_stream(const struct go_writing *writing,
                                            struct pt_regs *registers,
                                            __u32 header_at)
{
    __u64 connection = go_word(GO_AX(registers));
    __u64 header = go_word(GO_BX(registers) + header_at);
    enum way way;

    if (!go_begins(registers))
        return;
    way = way_of(writing->name.pid, go_word(connection + STREAM_CONN), 1);
    if (way != WAY_NETWORK && !go_header_has_context(header, writing->swiss))
        go_write_begin(writing, way, 0);
}

/* (*loopyWriter).headerHandler begins: the writer, and what it is to write. */
static __always_inline void go_write_call(const struct go_writing *writing,
                                          struct pt_regs *registers)
{
    __u64 headers = GO_BX(registers);
    __u64 writer = go_word(go_word(GO_AX(registers) + LOOPY_FRAMER));
    enum way way = WAY_UNSEEN;

    if (!go_begins(registers) || !go_word(headers + CALL_START))
        return;
    for (int at = LOOPY_CONN; at <= LOOPY_CONN_LAST && way == WAY_UNSEEN; at += 8)
        way = way_of(writing->name.pid, go_word(writer + at), 1);
    if (way != WAY_NETWORK && !go_fields_have_context(headers + CALL_FIELDS))
        go_write_begin(writing, way, 0);
}

/* (*Framer).WriteHeaders is called. */
static __always_inline void go_write_frame(const struct go_writing *writing,
                                           struct go_write *write,
                                           struct pt_regs *registers)
{
    __u64 at = GO_STACK(registers);
    struct headers_frame frame;
    struct scratch *scratch;
    __u8 padding;
    __u32 slot;

    if (bpf_probe_read_user(&frame, sizeof(frame), (void *)at) || !(frame.stream & 1) ||
        frame.ends_headers != 1 || frame.padding || !frame.size || frame.size > frame.capacity ||
        frame.size > FRAME_MAX - FIELDS_MAX - FRAME_HEAD - FRAME_PRIORITY || frame.depends_on ||
        frame.priority[0] || frame.priority[1])
        return;
    write->stream = frame.stream;
    scratch = scratch_claim(&slot);
    if (!scratch)
        return;
    if (go_write_identify(writing, write)) {
        go_write_put(&scratch->window, true, &write->span);
        write->fields = scratch->window.size;
        padding = write->fields;
        if (write->fields && write->fields <= FIELDS_MAX &&
            go_store(at + offsetof(struct headers_frame, padding), &padding, sizeof(padding)))
            write->frame = FRAME_HEAD + (__u32)frame.size + padding;
    }
    scratch_release(slot);
}

/* The slice of the framer that the frame is in, 0: it is not there. */
static __always_inline __u64 go_frame_of(const struct go_write *write, const struct window *framer)
{
    const __u64 *words = (const __u64 *)framer->bytes;

    for (int word = 0; word < FRAMER_WORDS - 2; word++)
        if (words[word + 1] == write->frame && words[word + 2] >= write->frame)
            return words[word];
    return 0;
}

/* In it, (*Framer).endWrite is called: the framer. */
static __always_inline void go_write_fields(struct go_write *write, struct pt_regs *registers)
{
    struct http2_frame_head head = {};
    struct scratch *scratch;
    __u8 padding = 0;
    __u64 frame;
    __u32 slot;

    scratch = scratch_claim(&slot);
    if (!scratch)
        return;
    bpf_probe_read_user(scratch->window.bytes, FRAMER_WORDS * 8, (void *)GO_AX(registers));
    frame = go_frame_of(write, &scratch->window);
    if (frame && !bpf_probe_read_user(&head, FRAME_HEAD, (void *)frame) &&
        head.type == HTTP2_HEADERS && head.flags & HTTP2_END_HEADERS && head.flags & HTTP2_PADDED &&
        bpf_ntohl(*(__be32 *)head.stream) == write->stream && head.padding == write->fields) {
        go_write_put(&scratch->window, true, &write->span);
        if (go_store_lines(frame + write->frame - write->fields, &scratch->window) &&
            go_store(frame + FRAME_HEAD - 1, &padding, sizeof(padding)))
            go_write_tell(write);
    }
    scratch_release(slot);
}

/* The second half of what go_write_begin() began. */
static __always_inline void go_write_go_on(const struct go_writing *writing,
                                           struct pt_regs *registers,
                                           enum go_write_site site)
{
    struct go_write *write = bpf_map_lookup_elem(&go_writes, &writing->name);

    if (!write)
        return;
    if (site == GO_WRITE_HEAD && write->writer)
        go_write_head(writing, write, registers);
    else if (site == GO_WRITE_FRAME && !write->writer)
        go_write_frame(writing, write, registers);
    else if (site == GO_WRITE_FRAME_END && write->frame)
        go_write_fields(write, registers);
    if (site != GO_WRITE_FRAME || !write->frame)
        bpf_map_delete_elem(&go_writes, &writing->name);
}

SEC("uprobe.multi")
int on_go_write(struct pt_regs *registers)
{
    __u64 cookie = bpf_get_attach_cookie(registers);
    struct go_writing writing = {.name.pid = current_pid(), .name.what = GO_GOROUTINE};

    writing.program = go_program_of(writing.name.pid);
    if (!writing.program)
        return 0;
    writing.name.id = go_word(GO_G(registers) + writing.program->goid);
    writing.swiss = cookie >> GO_WRITE_SWISS_SHIFT;
    switch ((__u32)cookie) {
    case GO_WRITE_REQUEST:
        go_write_request(&writing, registers);
        break;
    case GO_WRITE_STREAM:
        go_write_stream(&writing, registers, REQUEST_HEADER);
        break;
    case GO_WRITE_INTERNAL_STREAM:
        go_write_stream(&writing, registers, INTERNAL_HEADER);
        break;
    case GO_WRITE_CALL:
        go_write_call(&writing, registers);
        break;
    default:
        go_write_go_on(&writing, registers, (__u32)cookie);
        break;
    }
    return 0;
}
