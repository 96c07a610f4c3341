// SPDX-License-Identifier: Apache-2.0
// forker PORT fork COUNT: COUNT children, each sends one request with its own pid as id, and ends.
// forker PORT once ID: one request with this id, as soon as it runs.
// forker PORT reuse COUNT PROGRAM…: COUNT times one child after the other under the very same pid,
// each with OTEL_SERVICE_NAME=life-<n> and LIFE=<n> in its environment, executing PROGRAM.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <linux/sched.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define AT_ONCE 8

static void fail(const char *what)
{
    fprintf(stderr, "forker: %s: %s\n", what, strerror(errno));
    exit(1);
}

static void request(unsigned short port, int id)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    int fd = socket(AF_INET, SOCK_STREAM, 0), size;
    char text[128], answer[512];

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (connect(fd, (struct sockaddr *)&address, sizeof(address)))
        fail("connect");
    size = snprintf(text, sizeof(text), "GET /fork?id=%d HTTP/1.1\r\nHost: a\r\n\r\n", id);
    if (send(fd, text, size, 0) != size || recv(fd, answer, sizeof(answer), 0) <= 0)
        fail("request");
}

static void reap(void)
{
    int status;

    if (wait(&status) < 0 || status)
        fail("a child failed");
}

static void fork_many(unsigned short port, int count)
{
    for (int i = 0; i < count; i++) {
        if (i >= AT_ONCE)
            reap();
        if (!fork()) {
            request(port, getpid());
            _exit(0);
        }
    }
    for (int i = 0; i < count && i < AT_ONCE; i++)
        reap();
}

static pid_t fork_as(pid_t wanted)
{
    struct clone_args arguments = {
        .exit_signal = SIGCHLD,
        .set_tid = wanted ? (uintptr_t)&wanted : 0,
        .set_tid_size = wanted ? 1 : 0,
    };

    return syscall(SYS_clone3, &arguments, sizeof(arguments));
}

static void live(int life, char **program)
{
    char text[32];

    snprintf(text, sizeof(text), "life-%d", life);
    setenv("OTEL_SERVICE_NAME", text, 1);
    setenv("LIFE", text + 5, 1);
    execvp(program[0], program);
    fail("exec");
}

static void reuse(int count, char **program)
{
    pid_t pid = 0;

    for (int i = 0; i < count; i++) {
        pid_t child = fork_as(pid);

        if (child < 0)
            fail("clone3");
        if (!child)
            live(i, program);
        pid = child;
        reap();
    }
    printf("pid %d\n", pid);
}

int main(int count, char **arguments)
{
    if (count < 4)
        return 2;
    if (!strcmp(arguments[2], "fork"))
        fork_many(atoi(arguments[1]), atoi(arguments[3]));
    else if (!strcmp(arguments[2], "once"))
        request(atoi(arguments[1]), atoi(arguments[3]));
    else
        reuse(atoi(arguments[3]), arguments + 4);
    printf("ok\n");
    return 0;
}
