// SPDX-License-Identifier: Apache-2.0
// impatient PORT CONNECTIONS PROCESSES [calm | SLOW-MS]: clients that work with every kernel and break in a sockmap.
// A thread waits in recv() for whatever comes, before the first request already; a timer of the process
// interrupts it every millisecond, with SA_RESTART, so that it cannot notice. Except in a sockmap: there
// the call fails with EAGAIN, which a blocking socket never says and which these clients take for the
// end: they reset the connection. Calm ones have no timer. Slow ones take it for a peer that is busy, and nothing is sent for
// so long; theirs goes off while a request is half sent, and the rest waits. Prints a letter for each connection, by the time
// it ended: - when it was broken, w when it waited, else +.
#define _GNU_SOURCE
#include <errno.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#define SETTLE_US 600000 // a tracer notices a process some time after it began
#define REQUESTS 3
#define GAP_US 4000
#define TICK_US 1000

static const char request[] = "GET /patience HTTP/1.1\r\nHost: a\r\n\r\n";
static const char head[] = "POST /patience HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\n";
static const char body[] = "wait";
static int slow_ms;

static void on_tick(int signal)
{
    (void)signal;
}

struct conversation {
    int fd;
    volatile bool failed;
    volatile bool waited;
    pthread_mutex_t sending;
};

static bool is_busy(struct conversation *talk, ssize_t received)
{
    if (!slow_ms || received >= 0 || errno != EAGAIN)
        return false;
    pthread_mutex_lock(&talk->sending);
    talk->waited = true;
    usleep(slow_ms * 1000);
    pthread_mutex_unlock(&talk->sending);
    return true;
}

static void *read_all(void *argument)
{
    struct conversation *talk = argument;
    char bytes[4096];
    sigset_t tick;
    ssize_t n;

    sigemptyset(&tick);
    sigaddset(&tick, SIGALRM);
    pthread_sigmask(SIG_UNBLOCK, &tick, NULL);
    do
        n = recv(talk->fd, bytes, sizeof(bytes), 0);
    while (n > 0 || is_busy(talk, n));
    talk->failed = n != 0;
    return NULL;
}

static void ask(struct conversation *talk)
{
    struct itimerval once = {.it_value.tv_usec = TICK_US};

    if (!slow_ms) {
        send(talk->fd, request, sizeof(request) - 1, MSG_NOSIGNAL);
        return;
    }
    setitimer(ITIMER_REAL, &once, NULL);
    send(talk->fd, head, sizeof(head) - 1, MSG_NOSIGNAL);
    usleep(GAP_US);
    pthread_mutex_lock(&talk->sending);
    send(talk->fd, body, sizeof(body) - 1, MSG_NOSIGNAL);
    pthread_mutex_unlock(&talk->sending);
}

static char converse(unsigned short port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    struct linger at_once = {.l_onoff = 1};
    struct conversation talk = {
        .fd = socket(AF_INET, SOCK_STREAM, 0),
        .sending = PTHREAD_MUTEX_INITIALIZER,
    };
    pthread_t reader;

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (connect(talk.fd, (struct sockaddr *)&address, sizeof(address))) {
        perror("connect");
        exit(1);
    }
    pthread_create(&reader, NULL, read_all, &talk);
    usleep(GAP_US);
    for (int i = 0; i < REQUESTS && !talk.failed; i++) {
        ask(&talk);
        usleep(GAP_US);
    }
    if (!talk.failed)
        shutdown(talk.fd, SHUT_WR);
    pthread_join(reader, NULL);
    if (talk.failed)
        setsockopt(talk.fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
    close(talk.fd);
    return talk.failed ? '-' : talk.waited ? 'w' : '+';
}

static void run(unsigned short port, int connections, bool calm)
{
    struct itimerval each = {.it_interval.tv_usec = TICK_US, .it_value.tv_usec = TICK_US};
    struct sigaction action = {.sa_handler = on_tick, .sa_flags = SA_RESTART};
    sigset_t tick;

    usleep(SETTLE_US);
    sigaction(SIGALRM, &action, NULL);
    sigemptyset(&tick);
    sigaddset(&tick, SIGALRM);
    pthread_sigmask(SIG_BLOCK, &tick, NULL);
    if (!calm && !slow_ms)
        setitimer(ITIMER_REAL, &each, NULL);
    while (connections--) {
        char letter = converse(port);

        if (write(STDOUT_FILENO, &letter, 1) != 1)
            exit(1);
    }
}

int main(int count, char **arguments)
{
    int failed = 0, status;

    if (count < 4)
        return 2;
    slow_ms = count > 4 ? atoi(arguments[4]) : 0;
    for (int i = atoi(arguments[3]); i > 0; i--) {
        if (!fork()) {
            run(atoi(arguments[1]), atoi(arguments[2]), count > 4 && !slow_ms);
            _exit(0);
        }
    }
    while (wait(&status) > 0)
        failed |= status;
    return failed != 0;
}
