// SPDX-License-Identifier: Apache-2.0
// What the cases of behaviour.c need: a connection, requests, and results in print.
#pragma once
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#define ANSWER_HEAD_SIZE 41 /* see answer_head() */

static unsigned short port;
static bool nonblocking;
static const char *running; /* name of the case */
static char block[1 << 20];
static volatile sig_atomic_t signals;

static void ms(unsigned n)
{
    usleep(n * 1000);
}

static void result(const char *what, long long value)
{
    int error = errno;

    printf("%s: %s = %lld", running, what, value);
    if (value < 0)
        printf(" %s", strerrorname_np(error));
    printf("\n");
}

#define DO(call)                                                                                   \
    ({                                                                                             \
        errno = 0;                                                                                 \
        long long value_ = (call);                                                                 \
        result(#call, value_);                                                                     \
        value_;                                                                                    \
    })

static void answer_head(char *text, unsigned size)
{
    snprintf(text, ANSWER_HEAD_SIZE + 1, "HTTP/1.1 200 OK\r\nContent-Length:%5u\r\n\r\n", size);
}

static int open_connection(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (connect(fd, (struct sockaddr *)&address, sizeof(address))) {
        perror("connect");
        exit(1);
    }
    if (nonblocking)
        fcntl(fd, F_SETFL, O_NONBLOCK);
    return fd;
}

static void ask_body(int fd, const char *script, unsigned size)
{
    char text[256];
    int n = snprintf(text,
                     sizeof(text),
                     "POST /%s~%s HTTP/1.1\r\nHost: a\r\nContent-Length: %u\r\n\r\n",
                     running,
                     script,
                     size);

    if (send(fd, text, n, MSG_NOSIGNAL) != n)
        printf("%s: the request was not sent: %s\n", running, strerrorname_np(errno));
}

static void ask(int fd, const char *script)
{
    ask_body(fd, script, 0);
}

static void wait_readable(int fd)
{
    struct pollfd poller = {.fd = fd, .events = POLLIN};

    if (nonblocking)
        poll(&poller, 1, 3000);
}

/* One read; a non-blocking socket is waited for first. */
static ssize_t take(int fd, size_t size, int flags)
{
    wait_readable(fd);
    return recv(fd, block, size, flags);
}

static void read_exactly(int fd, size_t size)
{
    for (ssize_t n; size && (n = take(fd, size, 0)) > 0;)
        size -= n;
}

static void on_signal(int number)
{
    (void)number;
    signals++;
}

static void handle(int number, int flags)
{
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = flags};

    sigaction(number, &action, NULL);
}

struct later {
    pthread_t thread;
    pthread_t target;
    void (*act)(int);
    int fd;
};

static void *later_run(void *argument)
{
    struct later *later = argument;

    ms(100);
    if (later->act)
        later->act(later->fd);
    else
        pthread_kill(later->target, SIGUSR1);
    return NULL;
}

/* In 100 ms: a signal to this thread, or something done to the socket in another. */
static struct later soon(void (*act)(int), int fd)
{
    static struct later later;

    later = (struct later){.target = pthread_self(), .act = act, .fd = fd};
    pthread_create(&later.thread, NULL, later_run, &later);
    return later;
}

static void stop_and_continue(void)
{
    pid_t all = getpid();

    if (fork())
        return;
    ms(100);
    kill(all, SIGSTOP);
    ms(100);
    kill(all, SIGCONT);
    _exit(0);
}
