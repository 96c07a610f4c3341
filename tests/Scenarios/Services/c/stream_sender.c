// SPDX-License-Identifier: Apache-2.0
// stream_sender PORT SEED FIRST STREAMS: sends the streams of generated.h, from connection FIRST on, to
// stream_receiver, cut anywhere into the system calls that programs use, and checks every byte of the
// answers and every return value.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>
#include "generated.h"

#define STREAMS_MAX 12 /* of one connection, as in stream_receiver.c */
#define PARTS_MAX 6
#define SETTLE_US 500000
#define PATIENCE_MS 20000

struct sender {
    int fd;
    int port;
    uint64_t seed;
    uint64_t connection;
    bool nonblocking;
    struct random random; /* how to send: not what */
};

static void fail(const struct sender *v, const char *what)
{
    fprintf(stderr,
            "stream_sender: %s: %s: seed %llu connection %llu\n",
            what,
            strerror(errno),
            (unsigned long long)v->seed,
            (unsigned long long)v->connection);
    exit(1);
}

static void wait_for(const struct sender *v, short events)
{
    struct pollfd poller = {.fd = v->fd, .events = events};

    if (poll(&poller, 1, PATIENCE_MS) != 1)
        fail(v, events == POLLIN ? "waiting for answers" : "waiting to send");
}

/* Some of the next `size` bytes, in one system call. */
static size_t send_some(struct sender *v, const char *bytes, size_t size, bool more)
{
    struct iovec parts[PARTS_MAX];
    struct msghdr message = {.msg_iov = parts};
    int flags = MSG_NOSIGNAL | (more ? MSG_MORE : 0);
    size_t left = size;
    ssize_t n;

    if (one_of(&v->random, 4)) {
        while (left && message.msg_iovlen < PARTS_MAX) {
            struct iovec *part = &parts[message.msg_iovlen++];

            part->iov_base = (char *)bytes + size - left;
            part->iov_len =
                message.msg_iovlen == PARTS_MAX ? left : 1 + random_below(&v->random, left);
            left -= part->iov_len;
        }
        n = more ? sendmsg(v->fd, &message, flags) : writev(v->fd, parts, message.msg_iovlen);
    } else {
        n = send(v->fd, bytes, size, flags);
    }
    if (n < 0 && errno == EAGAIN && v->nonblocking) {
        wait_for(v, POLLOUT);
        return 0;
    }
    if (n <= 0 || (size_t)n > size)
        fail(v, "send");
    return n;
}

/* Where the next system call ends: anywhere, but more often near the end of a head. */
static size_t next_cut(
    struct sender *v, const struct stream *s, size_t at, size_t end, unsigned way)
{
    size_t cut = end;

    if (way == 1 && end - at < 2000)
        cut = at + 1;
    else if (way == 2)
        cut = at + 1 + random_below(&v->random, end - at);
    else if (way == 3)
        cut = at + 1 + random_below(&v->random, 60);
    else if (way == 4 && s->place_count)
        cut = s->places[random_below(&v->random, s->place_count)] + random_below(&v->random, 9) - 4;
    return cut > at && cut < end ? cut : end;
}

static void send_step(struct sender *v, const struct stream *s, size_t at, size_t end)
{
    unsigned way = one_of(&v->random, 12) ? 1 : random_below(&v->random, 3) * 2;
    size_t cut = at;

    if (way == 4 && one_of(&v->random, 2))
        way = 3;
    while (at < end) {
        if (cut <= at)
            cut = next_cut(v, s, at, end, way);
        at += send_some(v, s->sent.bytes + at, cut - at, cut < end && one_of(&v->random, 8));
    }
}

static void receive_answers(struct sender *v, const struct stream *s, size_t at, size_t end)
{
    char block[65536];

    while (at < end) {
        size_t take = end - at < sizeof(block) ? end - at : sizeof(block);
        ssize_t n;

        wait_for(v, POLLIN);
        n = recv(v->fd, block, take, 0);
        if (n <= 0)
            fail(v, "recv");
        if (memcmp(block, s->answers.bytes + at, n))
            fail(v, "the answer is another one");
        at += n;
    }
}

static void send_stream(struct sender *v, const struct stream *s)
{
    size_t sent = 0, answered = 0;

    for (unsigned i = 0; i < s->step_count; i++) {
        send_step(v, s, sent, s->steps[i].sent);
        receive_answers(v, s, answered, s->steps[i].answered);
        sent = s->steps[i].sent;
        answered = s->steps[i].answered;
    }
}

static void set(struct sender *v, int level, int name, int value)
{
    if (setsockopt(v->fd, level, name, &value, sizeof(value)))
        fail(v, "setsockopt");
}

/* Many addresses, so that the ports never run out. */
static void connect_to(struct sender *v)
{
    struct sockaddr_in address = {
        .sin_family = AF_INET,
        .sin_port = htons(v->port),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK + v->connection % 200),
    };

    v->fd = socket(AF_INET, SOCK_STREAM, 0);
    if (one_of(&v->random, 4))
        set(v, SOL_SOCKET, SO_SNDBUF, 2304 + random_below(&v->random, 60000));
    if (!one_of(&v->random, 1000))
        set(v, IPPROTO_TCP, TCP_NODELAY, 1);
    if (connect(v->fd, (struct sockaddr *)&address, sizeof(address)))
        fail(v, "connect");
    v->nonblocking = one_of(&v->random, 2);
    if (v->nonblocking)
        fcntl(v->fd, F_SETFL, O_NONBLOCK);
}

/* The receiver has compared everything when it lets go. */
static void wait_for_end(struct sender *v)
{
    char byte;

    if (shutdown(v->fd, SHUT_WR))
        fail(v, "shutdown");
    wait_for(v, POLLIN);
    if (recv(v->fd, &byte, 1, 0) > 0)
        fail(v, "stray bytes at the end of the answers");
    close(v->fd);
}

static unsigned send_connection(struct sender *v)
{
    static struct stream stream;
    struct random r = random_of(v->seed, v->connection);
    unsigned index = 0;

    v->random = random_of(v->seed + 1000000, v->connection);
    connect_to(v);
    stream.last = false;
    for (; index < STREAMS_MAX && !stream.last; index++) {
        stream_make(&stream, &r);
        send_stream(v, &stream);
    }
    wait_for_end(v);
    return index;
}

int main(int count, char **arguments)
{
    struct sender sender = {};
    uint64_t left;

    if (count != 5)
        return 2;
    usleep(SETTLE_US); /* until this process is traced */
    sender.port = atoi(arguments[1]);
    sender.seed = strtoull(arguments[2], NULL, 10);
    sender.connection = strtoull(arguments[3], NULL, 10);
    left = strtoull(arguments[4], NULL, 10);
    for (; left; sender.connection++) {
        unsigned done = send_connection(&sender);

        left -= done < left ? done : left;
    }
    printf("ok\n");
    return 0;
}
