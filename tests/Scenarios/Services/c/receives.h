// SPDX-License-Identifier: Apache-2.0
// The player's connection, and reading its answers.
#pragma once
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>
#include "message.h"
#include "ring.h"

#define PATIENCE_MS 20000

struct player {
    int fd;
    int data_fd;
    int answers;
    struct sockaddr_storage target;
    socklen_t target_size;
    struct sockaddr_in source;
    const char *data;
    size_t size;
    size_t sent;
    bool reads_by_ring;
    struct message answer;
};

static void wait_for(struct player *p, short events)
{
    struct pollfd poller = {.fd = p->fd, .events = events};

    if (poll(&poller, 1, PATIENCE_MS) != 1) {
        errno = ETIMEDOUT;
        fail(events == POLLIN ? "waiting to read" : "waiting to write");
    }
}

static ssize_t receive_some(struct player *p, char *block, size_t size)
{
    if (!p->reads_by_ring)
        return recv(p->fd, block, size, 0);
    io_uring_prep_recv(io_uring_get_sqe(uring()), p->fd, block, size, 0);
    return uring_run(uring());
}

/* Returns 0 at the end of the connection, if that is how an answer may end. */
static size_t receive_block(struct player *p, char *block, size_t size)
{
    ssize_t n = receive_some(p, block, size);

    if (n < 0 && errno == EAGAIN) {
        wait_for(p, POLLIN);
        return receive_block(p, block, size);
    }
    if (n == 0 && p->answer.part == PART_UNTIL_CLOSE)
        return 0;
    if (n <= 0)
        fail(n ? "recv" : "recv: the connection ended early");
    if (write(p->answers, block, n) != n)
        fail("writing answers");
    return n;
}

static unsigned answers_in(struct player *p, const char *block, size_t size)
{
    unsigned complete = 0;

    while (size) {
        size_t used = message_feed(&p->answer, block, size);

        block += used;
        size -= used;
        if (p->answer.part != PART_DONE)
            break;
        complete += p->answer.status == 101 || p->answer.status >= 200;
        message_start(&p->answer, true, p->answer.bodyless);
    }
    return complete;
}

static void receive_messages(struct player *p, size_t count, bool bodyless)
{
    static char block[262144];
    size_t complete = 0, n;

    p->answer.bodyless = bodyless;
    while (complete < count) {
        if (!p->reads_by_ring)
            wait_for(p, POLLIN);
        n = receive_block(p, block, sizeof(block));
        complete += n ? answers_in(p, block, n) : 1;
    }
    p->answer.bodyless = false;
}

static void receive_bytes(struct player *p, size_t size)
{
    char block[65536];

    while (size)
        size -= receive_block(p, block, size < sizeof(block) ? size : sizeof(block));
}
