// SPDX-License-Identifier: Apache-2.0
// h2_receiver PORT SEED FIRST COUNT: the other end of h2_sender. nghttp2 reads the connection as a server and answers; it has to
// be content, and each header block must say what was sent. Then every byte is compared with the one that was sent: added may
// be only one field, to requests without a context of their own, where their last field ends. The first difference ends it.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdarg.h>
#include <sys/socket.h>
#include <unistd.h>
#include "frames_compare.h"

struct receiver {
    struct compare compare;
    nghttp2_session *session;
    int fd;
    struct text received;
    size_t read;        /* by nghttp2 */
    struct text fields; /* of the block that is read */
    unsigned block;     /* the next one, in the order in which they were sent */
};

static int on_begin_headers(nghttp2_session *session, const nghttp2_frame *frame, void *context)
{
    struct receiver *v = context;

    (void)session;
    (void)frame;
    v->fields.size = 0;
    return 0;
}

static int on_header(nghttp2_session *session,
                     const nghttp2_frame *frame,
                     const uint8_t *name,
                     size_t name_size,
                     const uint8_t *value,
                     size_t value_size,
                     uint8_t flags,
                     void *context)
{
    struct receiver *v = context;

    (void)session;
    (void)frame;
    (void)flags;
    memcpy(text_room(&v->fields, name_size + 1), name, name_size + 1);
    memcpy(text_room(&v->fields, value_size + 1), value, value_size + 1);
    return 0;
}

static ssize_t read_answer(nghttp2_session *session,
                           int32_t stream,
                           uint8_t *to,
                           size_t room,
                           uint32_t *flags,
                           nghttp2_data_source *source,
                           void *context)
{
    size_t size = source->fd;

    (void)session;
    (void)stream;
    (void)context;
    *flags |= NGHTTP2_DATA_FLAG_EOF;
    memset(to, 'a', size < room ? size : room);
    return size < room ? size : room;
}

static int on_frame(nghttp2_session *session, const nghttp2_frame *frame, void *context)
{
    static nghttp2_nv answer[] = {
        {(uint8_t *)":status", (uint8_t *)"200", 7, 3, 0},
        {(uint8_t *)"content-type", (uint8_t *)"text/plain", 12, 10, 0},
    };
    struct receiver *v = context;
    nghttp2_data_provider body = {.source.fd = frame->hd.stream_id % 300,
                                  .read_callback = read_answer};

    if (frame->hd.type == NGHTTP2_HEADERS)
        compare_block(&v->compare, v->block++, frame->hd.stream_id, &v->fields);
    if (frame->hd.type <= NGHTTP2_HEADERS && frame->hd.flags & NGHTTP2_FLAG_END_STREAM)
        nghttp2_submit_response(
            session, frame->hd.stream_id, answer, 2, frame->hd.stream_id % 3 ? &body : NULL);
    return 0;
}

static int on_invalid(nghttp2_session *session,
                      const nghttp2_frame *frame,
                      int error,
                      void *context)
{
    struct receiver *v = context;

    (void)session;
    differ(&v->compare, frame->hd.stream_id, nghttp2_strerror(error));
    return 0;
}

static int on_complaint(
    nghttp2_session *session, int error, const char *message, size_t size, void *context)
{
    struct receiver *v = context;

    (void)session;
    (void)size;
    differ(&v->compare, error, message);
    return 0;
}

static ssize_t send_bytes(
    nghttp2_session *session, const uint8_t *bytes, size_t size, int flags, void *context)
{
    struct receiver *v = context;
    ssize_t n = send(v->fd, bytes, size, MSG_NOSIGNAL);

    (void)session;
    (void)flags;
    return n < 0 ? NGHTTP2_ERR_CALLBACK_FAILURE : n;
}

static void session_begin(struct receiver *v)
{
    nghttp2_settings_entry settings[] = {
        {NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, 200},
        {NGHTTP2_SETTINGS_HEADER_TABLE_SIZE,
         v->compare.sent->large_table ? LARGE_TABLE : TABLE_SIZE},
    };
    nghttp2_session_callbacks *callbacks;

    nghttp2_session_callbacks_new(&callbacks);
    nghttp2_session_callbacks_set_on_begin_headers_callback(callbacks, on_begin_headers);
    nghttp2_session_callbacks_set_on_header_callback(callbacks, on_header);
    nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, on_frame);
    nghttp2_session_callbacks_set_on_invalid_frame_recv_callback(callbacks, on_invalid);
    nghttp2_session_callbacks_set_error_callback2(callbacks, on_complaint);
    nghttp2_session_callbacks_set_send_callback(callbacks, send_bytes);
    nghttp2_session_server_new(&v->session, callbacks, v);
    nghttp2_session_callbacks_del(callbacks);
    nghttp2_submit_settings(v->session, NGHTTP2_FLAG_NONE, settings, 2);
    nghttp2_session_set_local_window_size(v->session, NGHTTP2_FLAG_NONE, 0, 1 << 30);
}

/* Whole frames: of CONTINUATION nghttp2 takes 8 in a row, and counts each piece as one. */
static void read_frames(struct receiver *v)
{
    for (;;) {
        const char *next = v->received.bytes + v->read;
        size_t left = v->received.size - v->read;
        size_t size = v->read ? FRAME_HEADER : sizeof(preface) - 1;
        ssize_t n;

        if (left >= size && v->read)
            size = frame_size(next);
        if (left < size)
            return;
        n = nghttp2_session_mem_recv(v->session, (const uint8_t *)next, size);
        if (n < 0)
            differ(&v->compare, v->read, nghttp2_strerror(n));
        v->read += size;
    }
}

/* Up to the end of what the sender sends. */
static void receive_all(struct receiver *v)
{
    for (;;) {
        char *room = text_room(&v->received, 65536);
        ssize_t n = recv(v->fd, room, 65536, 0);

        v->received.size -= 65536 - (n > 0 ? n : 0);
        if (n < 0)
            differ(&v->compare, v->received.size, "no orderly end");
        if (n <= 0)
            return;
        read_frames(v);
        if (nghttp2_session_send(v->session))
            differ(&v->compare, v->received.size, "nghttp2 does not answer");
    }
}

static void receive_connection(struct receiver *v, int listener)
{
    struct random r = random_of(v->compare.seed, v->compare.number);
    struct linger reset = {.l_onoff = 1};
    int one = 1;

    connection_make(v->compare.sent, &r);
    v->fd = accept(listener, NULL, NULL);
    setsockopt(v->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
    v->received.size = v->read = v->block = 0;
    session_begin(v);
    nghttp2_session_send(v->session);
    receive_all(v);
    if (v->block != v->compare.sent->block_count)
        differ(&v->compare, v->block, "header blocks are missing");
    compare_bytes(&v->compare, &v->received);
    nghttp2_session_del(v->session);
    /* The reset spares both sides TIME_WAIT; the sender hears of the end first. */
    shutdown(v->fd, SHUT_WR);
    usleep(50);
    setsockopt(v->fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
    close(v->fd);
}

static int listen_at(int port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    int listener = socket(AF_INET, SOCK_STREAM, 0), one = 1;

    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
    if (bind(listener, (struct sockaddr *)&address, sizeof(address)) || listen(listener, 64)) {
        perror("h2_receiver: listen");
        exit(1);
    }
    return listener;
}

int main(int count, char **arguments)
{
    static struct connection connection;
    static struct receiver receiver = {.compare.sent = &connection};
    struct compare *sums = &receiver.compare;
    int listener;

    if (count != 5)
        return 2;
    listener = listen_at(atoi(arguments[1]));
    sums->seed = strtoull(arguments[2], NULL, 10);
    sums->number = strtoull(arguments[3], NULL, 10);
    for (uint64_t left = strtoull(arguments[4], NULL, 10); left; left--, sums->number++)
        receive_connection(&receiver, listener);
    printf(
        "ok connections=%s bytes=%llu frames=%llu requests=%llu own=%llu places=%llu added=%llu\n",
        arguments[4],
        sums->bytes,
        sums->frames,
        sums->requests,
        sums->own,
        sums->places,
        sums->added);
    return 0;
}
