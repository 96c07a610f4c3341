// SPDX-License-Identifier: Apache-2.0
// fionread PORT COUNT [FILE]: COUNT requests, or fewer if FILE comes to exist. A client that asks FIONREAD how much there is and reads just that, told by
// edge-triggered epoll. Told wrongly that there is nothing, it waits for an edge that never comes:
// then it says so and fails. The answers are of very different sizes, all on one connection.
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>
#include "message.h"

#define PATIENCE_MS 5000

static const unsigned sizes[] = {0, 10, 3000, 100000, 5, 2000000, 40000};

static void fail(const char *what, unsigned request)
{
    fprintf(stderr, "fionread: request %u: %s: %s\n", request, what, strerror(errno));
    exit(1);
}

static int open_connection(unsigned short port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (connect(fd, (struct sockaddr *)&address, sizeof(address)))
        fail("connect", 0);
    fcntl(fd, F_SETFL, O_NONBLOCK);
    return fd;
}

static void send_request(int fd, unsigned i)
{
    char text[128];
    int size = snprintf(text,
                        sizeof(text),
                        "GET /size/%u?id=%u HTTP/1.1\r\nHost: a\r\n\r\n",
                        sizes[i % (sizeof(sizes) / sizeof(*sizes))],
                        i);

    if (send(fd, text, size, MSG_NOSIGNAL) != size)
        fail("send", i);
}

/* Reads what FIONREAD admits to, until the answer is complete or there is nothing left. */
static bool drain(int fd, struct message *answer, unsigned i)
{
    static char block[1 << 20];
    int ready;

    while (!ioctl(fd, FIONREAD, &ready) && ready > 0) {
        ssize_t n =
            recv(fd, block, (size_t)ready < sizeof(block) ? (size_t)ready : sizeof(block), 0);

        if (n <= 0)
            fail("recv", i);
        if (message_feed(answer, block, n) != (size_t)n)
            fail("bytes behind the answer", i);
        if (answer->part == PART_DONE)
            return true;
    }
    return false;
}

static void exchange(int poller, int fd, unsigned i)
{
    static struct message answer;
    struct epoll_event event;

    message_start(&answer, true, false);
    send_request(fd, i);
    do {
        int n = epoll_wait(poller, &event, 1, PATIENCE_MS);

        if (n == 0)
            fail("stalled: no edge, and FIONREAD had said that all was read", i);
        if (n < 0)
            fail("epoll_wait", i);
    } while (!drain(fd, &answer, i));
    if (answer.status != 200)
        fail("status", i);
}

// A tracer notices a process some time after it began.
#define SETTLE_US 400000

int main(int count, char **arguments)
{
    struct epoll_event interest = {.events = EPOLLIN | EPOLLRDHUP | EPOLLET};
    int poller = epoll_create1(0), fd;
    unsigned requests, done;

    if (count < 3)
        return 2;
    usleep(SETTLE_US);
    fd = open_connection(atoi(arguments[1]));
    requests = atoi(arguments[2]);
    epoll_ctl(poller, EPOLL_CTL_ADD, fd, &interest);
    for (done = 0; done < requests && (count < 4 || access(arguments[3], F_OK)); done++)
        exchange(poller, fd, done);
    printf("ok %u\n", done);
    return 0;
}
