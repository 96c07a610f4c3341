// SPDX-License-Identifier: Apache-2.0
// h2_sender PORT SEED FIRST COUNT: sends the connections of frames_random.h, from number FIRST on, to h2_receiver, cut
// anywhere into system calls, and counts the answers.
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>
#include "frames_random.h"

#define SETTLE_US 500000
#define PATIENCE_MS 20000
#define PARTS_MAX 6

struct sender {
    int fd;
    int port;
    bool nonblocking;
    bool has_settings;
    int answers;
    uint64_t seed;
    uint64_t number;
    struct random random; /* how to send: not what */
    struct text received;
    size_t at; /* of the next frame in what was received */
};

static void fail(const struct sender *v, const char *what)
{
    fprintf(stderr,
            "h2_sender: %s: %s: seed %llu connection %llu\n",
            what,
            strerror(errno),
            (unsigned long long)v->seed,
            (unsigned long long)v->number);
    exit(1);
}

/* What is asked for, or bytes to read; true for the latter. */
static bool wait_for(const struct sender *v, short events)
{
    struct pollfd poller = {.fd = v->fd, .events = events | POLLIN};

    if (poll(&poller, 1, PATIENCE_MS) != 1)
        fail(v, "waiting");
    return poller.revents & POLLIN;
}

static void take_frames(struct sender *v)
{
    while (v->received.size >= v->at + FRAME_HEADER) {
        const uint8_t *frame = (uint8_t *)v->received.bytes + v->at;
        size_t size = FRAME_HEADER + (frame[0] << 16 | frame[1] << 8 | frame[2]);

        if (v->received.size < v->at + size)
            return;
        if (frame[3] == NGHTTP2_RST_STREAM || frame[3] == NGHTTP2_GOAWAY)
            fail(v, "the server did not like it");
        v->answers += frame[3] <= NGHTTP2_HEADERS && frame[4] & NGHTTP2_FLAG_END_STREAM;
        v->has_settings |= frame[3] == NGHTTP2_SETTINGS && !(frame[4] & NGHTTP2_FLAG_ACK);
        v->at += size;
    }
}

/* False at the end. */
static bool receive(struct sender *v)
{
    char *room = text_room(&v->received, 16384);
    ssize_t n = recv(v->fd, room, 16384, MSG_DONTWAIT);

    v->received.size -= 16384 - (n > 0 ? n : 0);
    if (n < 0 && errno != EAGAIN)
        fail(v, "recv");
    take_frames(v);
    return n != 0;
}

/* Some of the next `size` bytes, in one system call. */
static size_t send_some(struct sender *v, const char *bytes, size_t size)
{
    struct iovec parts[PARTS_MAX];
    struct msghdr message = {.msg_iov = parts};
    size_t left = size;
    ssize_t n;

    while (left && message.msg_iovlen < PARTS_MAX) {
        struct iovec *part = &parts[message.msg_iovlen++];

        part->iov_base = (char *)bytes + size - left;
        part->iov_len = message.msg_iovlen == PARTS_MAX || one_of(&v->random, 2)
                            ? left
                            : 1 + random_below(&v->random, left);
        left -= part->iov_len;
    }
    n = sendmsg(v->fd, &message, MSG_NOSIGNAL);
    if (n < 0 && errno == EAGAIN && v->nonblocking) {
        if (wait_for(v, POLLOUT) && !receive(v))
            fail(v, "the receiver is gone");
        return 0;
    }
    if (n <= 0 || (size_t)n > size)
        fail(v, "send");
    return n;
}

/* Where the next system call ends: at a frame, near the beginning or the end of one, or anywhere. */
static size_t next_cut(
    struct sender *v, const struct connection *c, size_t at, size_t end, unsigned way)
{
    const struct frame *frame = &c->frames[random_below(&v->random, c->frame_count)];
    size_t cut = end;

    if (way == 1 && end - at < 1000)
        cut = at + 1;
    else if (way == 2)
        cut = at + 1 + random_below(&v->random, end - at);
    else if (way == 3)
        cut = at + 1 + random_below(&v->random, 60);
    else if (way == 4)
        cut = frame->at + random_below(&v->random, 2 * FRAME_HEADER) -
              (one_of(&v->random, 2) ? 0 : FRAME_HEADER);
    else if (way == 5)
        cut = frame->at;
    else if (way == 6 && frame->block_end)
        cut = frame->block_end + random_below(&v->random, 5) - 2;
    return cut > at && cut < end ? cut : end;
}

static void send_step(struct sender *v, const struct connection *c, size_t at, size_t end)
{
    unsigned way = one_of(&v->random, 12) ? 1 : random_below(&v->random, 7);
    size_t cut = at;

    while (at < end) {
        if (cut <= at)
            cut = next_cut(v, c, at, end, way);
        at += send_some(v, c->sent.bytes + at, cut - at);
        receive(v);
    }
}

/* Many addresses, so that the ports never run out. */
static void connect_to(struct sender *v)
{
    struct sockaddr_in address = {
        .sin_family = AF_INET,
        .sin_port = htons(v->port),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK + v->number % 200),
    };
    int one = 1, room = 2304 + random_below(&v->random, 60000);

    v->fd = socket(AF_INET, SOCK_STREAM, 0);
    setsockopt(v->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
    if (one_of(&v->random, 8))
        setsockopt(v->fd, SOL_SOCKET, SO_SNDBUF, &room, sizeof(room));
    if (connect(v->fd, (struct sockaddr *)&address, sizeof(address)))
        fail(v, "connect");
    v->nonblocking = !one_of(&v->random, 5);
    if (v->nonblocking)
        fcntl(v->fd, F_SETFL, O_NONBLOCK);
}

static void send_connection(struct sender *v)
{
    static struct connection connection;
    struct random r = random_of(v->seed, v->number);
    size_t sent = 0;

    v->random = random_of(v->seed + 1000000, v->number);
    v->received.size = v->at = 0;
    v->answers = 0;
    v->has_settings = false;
    connection_make(&connection, &r);
    connect_to(v);
    for (unsigned i = 0; i < connection.step_count; i++) {
        const struct step *step = &connection.steps[i];

        send_step(v, &connection, sent, step->sent);
        sent = step->sent;
        while (step->answers < 0 ? !v->has_settings : v->answers < step->answers)
            if (wait_for(v, 0) && !receive(v))
                fail(v, "the receiver is gone");
    }
    if (v->answers != connection.ended || shutdown(v->fd, SHUT_WR))
        fail(v, "too many answers");
    do
        wait_for(v, 0);
    while (receive(v));
    close(v->fd);
}

int main(int count, char **arguments)
{
    struct sender sender = {};

    if (count != 5)
        return 2;
    usleep(SETTLE_US); /* until this process is traced */
    sender.port = atoi(arguments[1]);
    sender.seed = strtoull(arguments[2], NULL, 10);
    sender.number = strtoull(arguments[3], NULL, 10);
    for (uint64_t left = strtoull(arguments[4], NULL, 10); left; left--, sender.number++)
        send_connection(&sender);
    printf("ok\n");
    return 0;
}
