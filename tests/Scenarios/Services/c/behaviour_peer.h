// SPDX-License-Identifier: Apache-2.0
// The other end of behaviour.c: it does what the path of each request says, and prints what it met.
//   aN answer with N bytes   hN the head of such an answer alone   wN N bytes   sN wait N ms
//   f half-close   r reset   u one urgent byte   d read to the end
#pragma once
#include "behaviour.h"

static void peer_drain(int fd, const char *name)
{
    static __thread char bytes[65536];
    long long total = 0;
    ssize_t n;

    while ((n = recv(fd, bytes, sizeof(bytes), 0)) > 0)
        total += n;
    printf(
        "peer of %s: %lld bytes, then %s\n", name, total, n ? strerrorname_np(errno) : "the end");
    fflush(stdout);
}

static void peer_write(int fd, const char *head, unsigned size)
{
    size_t head_size = strlen(head);
    char *bytes = malloc(head_size + size);

    memcpy(bytes, head, head_size);
    memset(bytes + head_size, 'x', size);
    for (size_t at = 0, all = head_size + size; at < all;) {
        ssize_t n = send(fd, bytes + at, all - at, MSG_NOSIGNAL);

        if (n <= 0)
            break;
        at += n;
    }
    free(bytes);
}

/* Returns false when the connection is gone. */
static bool peer_act(int fd, char what, unsigned number, const char *name)
{
    struct linger at_once = {.l_onoff = 1};
    char head[ANSWER_HEAD_SIZE + 1] = "";

    switch (what) {
    case 'a':
    case 'h':
        answer_head(head, number);
        peer_write(fd, head, what == 'a' ? number : 0);
        return true;
    case 'w':
        peer_write(fd, "", number);
        return true;
    case 's':
        ms(number);
        return true;
    case 'f':
        shutdown(fd, SHUT_WR);
        return true;
    case 'u':
        send(fd, "u", 1, MSG_OOB | MSG_NOSIGNAL);
        return true;
    case 'd':
        peer_drain(fd, name);
        return true;
    case 'r':
        setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
        return false;
    }
    return false;
}

/* The head of the next request, one byte at a time so that its body stays in the socket. */
static bool peer_read_head(int fd, char *head, size_t room)
{
    size_t size = 0;

    while (size + 1 < room && recv(fd, head + size, 1, 0) == 1) {
        head[++size] = 0;
        if (size >= 4 && !memcmp(head + size - 4, "\r\n\r\n", 4))
            return true;
    }
    return false;
}

static void *peer_serve(void *argument)
{
    int fd = (int)(long)argument;
    char head[2048], *rest, *script, *name;
    bool open = true;

    while (open && peer_read_head(fd, head, sizeof(head))) {
        name = strtok_r(head + strlen("POST /"), "~", &rest);
        script = strtok_r(NULL, " ", &rest);
        for (char *step = strtok_r(script, ".", &rest); step && open;
             step = strtok_r(NULL, ".", &rest))
            open = peer_act(fd, *step, atoi(step + 1), name);
    }
    close(fd);
    return NULL;
}

static int peer_run(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    int listener = socket(AF_INET, SOCK_STREAM, 0), one = 1;
    pthread_t thread;

    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
    if (bind(listener, (struct sockaddr *)&address, sizeof(address)) || listen(listener, 128))
        return 1;
    for (int fd; (fd = accept(listener, NULL, NULL)) >= 0;) {
        pthread_create(&thread, NULL, peer_serve, (void *)(long)fd);
        pthread_detach(thread);
    }
    return 1;
}
