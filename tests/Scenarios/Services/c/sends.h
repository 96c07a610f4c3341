// SPDX-License-Identifier: Apache-2.0
// The ways in which a program can hand bytes to a TCP socket, one function each. Each one checks
// what the kernel returned: an agent that changes the bytes on the wire must not change that.
#pragma once
#include <fcntl.h>
#include <linux/errqueue.h>
#include <sys/sendfile.h>
#include <sys/uio.h>
#include "receives.h"

#define PART_LIMIT 1024

/* Accounts for one return value; false: try again. */
static bool sent(struct player *p, ssize_t n, size_t asked)
{
    if (n < 0 && errno == EAGAIN) {
        wait_for(p, POLLOUT);
        return false;
    }
    if (n < 0)
        fail("send");
    if (n == 0 || (size_t)n > asked) {
        fprintf(stderr, "player: asked to send %zu, the kernel says %zd\n", asked, n);
        exit(1);
    }
    p->sent += n;
    return true;
}

static void enough_data(const struct player *p, size_t size)
{
    if (p->size - p->sent < size) {
        fprintf(stderr, "player: the plan sends more than the data\n");
        exit(2);
    }
}

static void send_plain(struct player *p, size_t size, int flags)
{
    size_t end = p->sent + size;

    enough_data(p, size);
    while (p->sent < end)
        sent(p, send(p->fd, p->data + p->sent, end - p->sent, flags | MSG_NOSIGNAL), end - p->sent);
}

static void send_bytes(struct player *p, size_t size)
{
    for (size_t i = 0; i < size; i++)
        send_plain(p, 1, 0);
}

static void send_uring(struct player *p, size_t size)
{
    size_t end = p->sent + size;

    enough_data(p, size);
    while (p->sent < end) {
        struct io_uring_sqe *entry = io_uring_get_sqe(uring());

        io_uring_prep_send(entry, p->fd, p->data + p->sent, end - p->sent, MSG_NOSIGNAL);
        sent(p, uring_run(uring()), end - p->sent);
    }
}

/* SEND_ZC completes twice: the result, and later the notice that the memory is free again. */
static void send_uring_zerocopy(struct player *p, size_t size)
{
    size_t end = p->sent + size;

    enough_data(p, size);
    while (p->sent < end) {
        struct io_uring_sqe *entry = io_uring_get_sqe(uring());
        struct io_uring_cqe *notice;

        io_uring_prep_send_zc(entry, p->fd, p->data + p->sent, end - p->sent, MSG_NOSIGNAL, 0);
        if (sent(p, uring_run(uring()), end - p->sent)) {
            if (io_uring_wait_cqe(uring(), &notice))
                fail("io_uring_wait_cqe");
            io_uring_cqe_seen(uring(), notice);
        }
    }
}

static ssize_t vector_write(struct player *p, struct iovec *parts, int count, bool by_uring)
{
    struct io_uring_sqe *entry;

    if (!by_uring)
        return writev(p->fd, parts, count);
    entry = io_uring_get_sqe(uring());
    io_uring_prep_writev(entry, p->fd, parts, count, 0);
    return uring_run(uring());
}

static void send_parts(struct player *p, const char *sizes, bool by_uring)
{
    struct iovec parts[PART_LIMIT];
    size_t total = 0, before = p->sent;
    int count = 0;

    for (char *end; count < PART_LIMIT; sizes = end + (*end == ',')) {
        size_t size = strtoull(sizes, &end, 10);

        if (end == sizes)
            break;
        parts[count].iov_base = (void *)(p->data + before + total);
        parts[count++].iov_len = size;
        total += size;
    }
    enough_data(p, total);
    while (!sent(p, vector_write(p, parts, count, by_uring), total))
        ;
    if (p->sent < before + total)
        send_plain(p, before + total - p->sent, 0);
}

static void send_file(struct player *p, size_t size)
{
    size_t end = p->sent + size;

    enough_data(p, size);
    while (p->sent < end) {
        off_t from = p->sent;

        sent(p, sendfile(p->fd, p->data_fd, &from, end - p->sent), end - p->sent);
    }
}

static void send_splice(struct player *p, size_t size)
{
    size_t end = p->sent + size;
    int ends[2];

    enough_data(p, size);
    if (pipe(ends))
        fail("pipe");
    while (p->sent < end) {
        loff_t from = p->sent;
        ssize_t filled = splice(p->data_fd, &from, ends[1], NULL, end - p->sent, 0);

        if (filled <= 0)
            fail("splice");
        while (filled) {
            ssize_t n = splice(ends[0], NULL, p->fd, NULL, filled, SPLICE_F_MORE);

            if (sent(p, n, filled))
                filled -= n;
        }
    }
    close(ends[0]);
    close(ends[1]);
}

/* A completion may be late or grouped; the ids in it must cover each send once. */
static void zerocopy_completions(struct player *p, unsigned expected)
{
    static unsigned done;

    while (done < expected) {
        char control[256];
        struct msghdr header = {.msg_control = control, .msg_controllen = sizeof(control)};
        struct sock_extended_err *report;
        struct cmsghdr *c;

        if (recvmsg(p->fd, &header, MSG_ERRQUEUE) < 0) {
            if (errno != EAGAIN)
                fail("error queue");
            wait_for(p, POLLERR);
            continue;
        }
        c = CMSG_FIRSTHDR(&header);
        report = c ? (void *)CMSG_DATA(c) : NULL;
        if (!report || report->ee_origin != SO_EE_ORIGIN_ZEROCOPY)
            continue;
        if (report->ee_info != done) {
            fprintf(stderr, "player: zerocopy completion %u, expected %u\n", report->ee_info, done);
            exit(1);
        }
        done = report->ee_data + 1;
    }
}

static void send_zerocopy(struct player *p, size_t size)
{
    size_t end = p->sent + size;
    static unsigned sends;
    int one = 1;

    enough_data(p, size);
    if (setsockopt(p->fd, SOL_SOCKET, SO_ZEROCOPY, &one, sizeof(one)))
        fail("SO_ZEROCOPY");
    while (p->sent < end)
        sends += sent(p,
                      send(p->fd, p->data + p->sent, end - p->sent, MSG_ZEROCOPY | MSG_NOSIGNAL),
                      end - p->sent);
    if (getenv("PLAYER_COMPLETIONS"))
        zerocopy_completions(p, sends);
}

/* Non-blocking, partial writes of 1 to LARGEST bytes wherever they happen to cut, while the answers
 * are read: "stream BYTES ANSWERS LARGEST SEED". */
static void send_stream(struct player *p, const char *rest)
{
    static char block[262144];
    unsigned long long bytes, answers, largest, seed;
    size_t end, complete = 0;

    if (sscanf(rest, "%llu %llu %llu %llu", &bytes, &answers, &largest, &seed) != 4)
        exit(2);
    enough_data(p, bytes);
    end = p->sent + bytes;
    fcntl(p->fd, F_SETFL, O_NONBLOCK);
    while (p->sent < end || complete < answers) {
        struct pollfd poller = {.fd = p->fd, .events = POLLIN | (p->sent < end ? POLLOUT : 0)};

        if (poll(&poller, 1, PATIENCE_MS) != 1)
            fail("stream: stalled");
        if (poller.revents & POLLOUT) {
            size_t take;

            seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
            take = 1 + (seed >> 33) % largest;
            take = take < end - p->sent ? take : end - p->sent;
            sent(p, send(p->fd, p->data + p->sent, take, MSG_NOSIGNAL), take);
        }
        if (poller.revents & (POLLIN | POLLHUP | POLLERR))
            complete += answers_in(p, block, receive_block(p, block, sizeof(block)));
    }
    fcntl(p->fd, F_SETFL, 0);
}
