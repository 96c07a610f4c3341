// SPDX-License-Identifier: Apache-2.0
// Unary gRPC calls on one connection: `grpc_calls COUNT STREAMS RATE`, so many calls, so many at a time, so many per second
// (0: as fast as it goes). Server and client are two processes on one CPU. Prints microseconds per call: CPU time of both
// processes, the kernel's work for them included, and wall time. The clock of a process stands still while others run, so
// busy neighbours change the first figure by what they take from the caches, not by what they take of the CPU.
#define _GNU_SOURCE
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <nghttp2/nghttp2.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define WARM_UP 500
#define SETTLE_US 400000 // a tracer may need a moment to notice new processes
#define FIELD(name, value) \
    {(uint8_t *)(name), (uint8_t *)(value), sizeof(name) - 1, sizeof(value) - 1, NGHTTP2_NV_FLAG_NONE}

struct side {
    nghttp2_session *session;
    int fd;
    int begun;
    int done; // with grpc-status 0
};

// HelloRequest and HelloReply, a byte and a length of four before each.
static const char question[] = "\0\0\0\0\7\n\5world";
static const char answer[] = "\0\0\0\0\15\n\13Hello world";

static const nghttp2_nv request[] = {
    FIELD(":method", "POST"),
    FIELD(":scheme", "http"),
    FIELD(":path", "/helloworld.Greeter/SayHello"),
    FIELD(":authority", "greeter.shop.svc.cluster.local:8080"),
    FIELD("te", "trailers"),
    FIELD("content-type", "application/grpc"),
    FIELD("user-agent", "grpc-c/29.0.0 (linux; chttp2)"),
    FIELD("grpc-accept-encoding", "identity, deflate, gzip"),
};
static const nghttp2_nv response[] = {
    FIELD(":status", "200"),
    FIELD("content-type", "application/grpc"),
    FIELD("grpc-accept-encoding", "identity, deflate, gzip"),
};
static const nghttp2_nv trailers[] = {FIELD("grpc-status", "0"), FIELD("grpc-message", "")};

static void must(int good, const char *what)
{
    if (good)
        return;
    perror(what);
    exit(1);
}

static double time_us(clockid_t clock)
{
    struct timespec time;

    must(!clock_gettime(clock, &time), "clock_gettime");
    return time.tv_sec * 1e6 + time.tv_nsec / 1e3;
}

static ssize_t body(nghttp2_session *session,
                    int32_t stream,
                    uint8_t *bytes,
                    size_t size,
                    uint32_t *flags,
                    nghttp2_data_source *source,
                    void *user)
{
    const char *message = source->ptr;
    size_t length = message == question ? sizeof(question) - 1 : sizeof(answer) - 1;

    (void)user;
    must(length <= size, "no room for a message");
    memcpy(bytes, message, length);
    *flags = NGHTTP2_DATA_FLAG_EOF;
    if (message == answer) {
        *flags |= NGHTTP2_DATA_FLAG_NO_END_STREAM;
        must(!nghttp2_submit_trailer(session, stream, trailers, 2), "trailers");
    }
    return length;
}

// A frame with this flag is the last of a request.
static int received(nghttp2_session *session, const nghttp2_frame *frame, void *user)
{
    nghttp2_data_provider reply = {.source.ptr = (void *)answer, .read_callback = body};

    (void)user;
    if (frame->hd.type == NGHTTP2_DATA && frame->hd.flags & NGHTTP2_FLAG_END_STREAM)
        must(!nghttp2_submit_response(session, frame->hd.stream_id, response, 3, &reply), "response");
    return 0;
}

static int field(nghttp2_session *session,
                 const nghttp2_frame *frame,
                 const uint8_t *name,
                 size_t name_size,
                 const uint8_t *value,
                 size_t value_size,
                 uint8_t flags,
                 void *user)
{
    struct side *client = user;

    (void)session;
    (void)frame;
    (void)flags;
    if (name_size == 11 && !memcmp(name, "grpc-status", 11))
        client->done += value_size == 1 && *value == '0';
    return 0;
}

static void flush(struct side *side)
{
    static char out[1 << 16];
    const uint8_t *bytes;
    ssize_t size;
    size_t filled = 0;

    while ((size = nghttp2_session_mem_send(side->session, &bytes)) > 0) {
        must(filled + size <= sizeof(out), "more than a buffer full");
        memcpy(out + filled, bytes, size);
        filled += size;
    }
    for (size_t sent = 0; sent < filled; sent += size) {
        struct pollfd writable = {.fd = side->fd, .events = POLLOUT};

        size = write(side->fd, out + sent, filled - sent);
        if (size < 0)
            size = 0, poll(&writable, 1, -1);
    }
}

// Waits until `until`, or for ever when that is 0; false when the peer has gone.
static int take(struct side *side, double until)
{
    struct pollfd readable = {.fd = side->fd, .events = POLLIN};
    double left = until - time_us(CLOCK_MONOTONIC);
    struct timespec wait = {.tv_nsec = left > 0 ? left * 1e3 : 0};
    uint8_t bytes[1 << 14];
    ssize_t size;

    if (ppoll(&readable, 1, until > 0 ? &wait : NULL, NULL) <= 0)
        return 1;
    size = read(side->fd, bytes, sizeof(bytes));
    if (size <= 0)
        return 0;
    must(nghttp2_session_mem_recv(side->session, bytes, size) == size, "not HTTP/2");
    flush(side);
    return 1;
}

static void begin(struct side *side, int fd, int is_server)
{
    nghttp2_settings_entry streams = {NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, 1000};
    nghttp2_session_callbacks *callbacks;
    int on = 1;

    side->fd = fd;
    fcntl(fd, F_SETFL, O_NONBLOCK);
    must(!setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)), "TCP_NODELAY");
    nghttp2_session_callbacks_new(&callbacks);
    if (is_server)
        nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, received);
    else
        nghttp2_session_callbacks_set_on_header_callback(callbacks, field);
    (is_server ? nghttp2_session_server_new : nghttp2_session_client_new)(
        &side->session, callbacks, side);
    nghttp2_session_callbacks_del(callbacks);
    nghttp2_submit_settings(side->session, NGHTTP2_FLAG_NONE, &streams, 1);
    flush(side);
}

static void serve(int listener)
{
    struct side server = {};

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    begin(&server, accept(listener, NULL, NULL), 1);
    while (take(&server, 0))
        ;
    exit(0);
}

static void call(struct side *client, int count, int streams, int rate)
{
    nghttp2_data_provider message = {.source.ptr = (void *)question, .read_callback = body};
    double start = time_us(CLOCK_MONOTONIC);
    double due = 0;

    client->begun = client->done = 0;
    while (client->done < count) {
        while (client->begun < count && client->begun - client->done < streams) {
            due = rate ? start + client->begun * 1e6 / rate : 0;
            if (due > time_us(CLOCK_MONOTONIC))
                break;
            due = 0;
            client->begun++;
            must(nghttp2_submit_request(client->session, NULL, request, 8, &message, NULL) > 0,
                 "request");
        }
        flush(client);
        must(take(client, due), "the server has gone");
    }
}

int main(int count, char **words)
{
    int calls = count == 4 ? atoi(words[1]) : 0;
    int streams = count == 4 ? atoi(words[2]) : 0;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof(address);
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    int fd;
    struct side client = {};
    cpu_set_t cpu;
    clockid_t servers;
    double wall;
    double used;
    pid_t server;

    if (calls <= 0 || streams <= 0) {
        fprintf(stderr, "usage: grpc_calls COUNT STREAMS RATE\n");
        return 2;
    }
    CPU_ZERO(&cpu);
    CPU_SET(0, &cpu);
    sched_setaffinity(0, sizeof(cpu), &cpu);
    must(!bind(listener, (struct sockaddr *)&address, size) && !listen(listener, 1) &&
             !getsockname(listener, (struct sockaddr *)&address, &size),
         "listen");
    server = fork();
    if (server == 0)
        serve(listener);
    usleep(SETTLE_US);
    fd = socket(AF_INET, SOCK_STREAM, 0); // after the fork: the server must not hold it open
    must(!connect(fd, (struct sockaddr *)&address, size), "connect");
    must(!clock_getcpuclockid(server, &servers), "clock of the server");
    begin(&client, fd, 0);
    call(&client, WARM_UP, streams, 0);
    wall = time_us(CLOCK_MONOTONIC);
    used = time_us(CLOCK_PROCESS_CPUTIME_ID) + time_us(servers);
    call(&client, calls, streams, atoi(words[3]));
    used = time_us(CLOCK_PROCESS_CPUTIME_ID) + time_us(servers) - used;
    printf("%.3f %.3f\n", used / calls, (time_us(CLOCK_MONOTONIC) - wall) / calls);
    close(fd);
    waitpid(server, NULL, 0);
    return 0;
}
