// SPDX-License-Identifier: Apache-2.0
// player ADDRESS PORT DATA ANSWERS [SOURCE-PORT] < plan
// Connects once and plays a plan: each line is one step, and every step that sends takes the next
// bytes of DATA, in exactly the system calls that it names. All bytes received go to ANSWERS.
//   send N | more N | bytes N | writev N,N,… | sendfile N | splice N | zerocopy N | uring N |
//   uringzc N | uringv N,N,… | stream BYTES ANSWERS LARGEST SEED   (see sends.h)
//   ringreads 0/1 (receive by io_uring) | cork 0/1 | nodelay 0/1 | sndbuf N | nonblock 0/1 | receive N | bodyless N | read N | sleep MS |
//   connect (a new connection in place of the old) | shutdown | pause (until the file named by
//   PLAYER_GATE exists) | stop (here, if it exists)
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include "sends.h"

static struct player player;

/* Over for both sides: what the kernel concludes from the end of a connection it has concluded then. */
static void player_close(struct player *p)
{
    struct pollfd end = {.fd = p->fd, .events = POLLIN};
    char rest[4096];

    if (p->fd < 0)
        return;
    shutdown(p->fd, SHUT_WR);
    while (poll(&end, 1, 5000) == 1 && read(p->fd, rest, sizeof(rest)) > 0)
        ;
    close(p->fd);
}

static void player_connect(struct player *p)
{
    int one = 1;

    player_close(p);
    p->fd = socket(p->target.ss_family, SOCK_STREAM, 0);
    setsockopt(p->fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
    if (p->source.sin_port && bind(p->fd, (struct sockaddr *)&p->source, sizeof(p->source)))
        fail("bind");
    if (connect(p->fd, (struct sockaddr *)&p->target, p->target_size))
        fail("connect");
    message_start(&p->answer, true, false);
}

static void player_option(struct player *p, int level, int name, int value)
{
    if (setsockopt(p->fd, level, name, &value, sizeof(value)))
        fail("setsockopt");
}

/* Waits until a file exists. */
static void player_await(const char *path)
{
    for (int i = 0; i < 3000; i++) {
        if (!access(path, F_OK))
            return;
        usleep(10000);
    }
    fail(path);
}

static bool player_setting(struct player *p, const char *step, const char *rest)
{
    int value = atoi(rest);

    if (!strcmp(step, "cork"))
        player_option(p, IPPROTO_TCP, TCP_CORK, value);
    else if (!strcmp(step, "nodelay"))
        player_option(p, IPPROTO_TCP, TCP_NODELAY, value);
    else if (!strcmp(step, "sndbuf"))
        player_option(p, SOL_SOCKET, SO_SNDBUF, value);
    else if (!strcmp(step, "nonblock"))
        fcntl(p->fd, F_SETFL, value ? O_NONBLOCK : 0);
    else if (!strcmp(step, "ringreads"))
        p->reads_by_ring = value;
    else if (!strcmp(step, "stop"))
        return true;
    else if (!strcmp(step, "sleep"))
        usleep(value * 1000);
    else if (!strcmp(step, "connect"))
        player_connect(p);
    else if (!strcmp(step, "pause"))
        player_await(getenv("PLAYER_GATE"));
    else if (!strcmp(step, "shutdown"))
        shutdown(p->fd, SHUT_WR);
    else
        return false;
    return true;
}

static bool player_transfer(struct player *p, const char *step, const char *rest)
{
    size_t size = strtoull(rest, NULL, 10);

    if (!strcmp(step, "send"))
        send_plain(p, size, 0);
    else if (!strcmp(step, "more"))
        send_plain(p, size, MSG_MORE);
    else if (!strcmp(step, "bytes"))
        send_bytes(p, size);
    else if (!strcmp(step, "writev"))
        send_parts(p, rest, false);
    else if (!strcmp(step, "sendfile"))
        send_file(p, size);
    else if (!strcmp(step, "splice"))
        send_splice(p, size);
    else if (!strcmp(step, "zerocopy"))
        send_zerocopy(p, size);
    else if (!strcmp(step, "uring"))
        send_uring(p, size);
    else if (!strcmp(step, "uringzc"))
        send_uring_zerocopy(p, size);
    else if (!strcmp(step, "uringv"))
        send_parts(p, rest, true);
    else if (!strcmp(step, "stream"))
        send_stream(p, rest);
    else if (!strcmp(step, "receive"))
        receive_messages(p, size, false);
    else if (!strcmp(step, "bodyless"))
        receive_messages(p, size, true);
    else if (!strcmp(step, "read"))
        receive_bytes(p, size);
    else
        return false;
    return true;
}

static void player_target(struct player *p, const char *address, const char *port)
{
    struct addrinfo hints = {.ai_flags = AI_NUMERICHOST, .ai_socktype = SOCK_STREAM}, *found;

    if (getaddrinfo(address, port, &hints, &found))
        fail("address");
    memcpy(&p->target, found->ai_addr, found->ai_addrlen);
    p->target_size = found->ai_addrlen;
    freeaddrinfo(found);
}

static void player_open(struct player *p, int count, char **arguments)
{
    struct stat status;

    if (count < 5) {
        fprintf(stderr, "player ADDRESS PORT DATA ANSWERS [SOURCE-PORT]\n");
        exit(2);
    }
    p->fd = -1;
    player_target(p, arguments[1], arguments[2]);
    p->source.sin_family = AF_INET;
    p->source.sin_port = count > 5 ? htons(atoi(arguments[5])) : 0;
    p->data_fd = open(arguments[3], O_RDONLY);
    p->answers = open(arguments[4], O_CREAT | O_WRONLY | O_TRUNC, 0644);
    if (p->data_fd < 0 || p->answers < 0 || fstat(p->data_fd, &status))
        fail("open");
    p->size = status.st_size;
    p->data = mmap(NULL, p->size + 1, PROT_READ, MAP_PRIVATE, p->data_fd, 0);
    if (p->data == MAP_FAILED)
        fail("mmap");
}

int main(int count, char **arguments)
{
    char line[65536], step[32];
    int at;

    player_open(&player, count, arguments);
    if (getenv("PLAYER_START"))
        player_await(getenv("PLAYER_START"));
    if (getenv("PLAYER_RING_FIRST"))
        uring();
    player_connect(&player);
    while (fgets(line, sizeof(line), stdin)) {
        if (sscanf(line, "%31s %n", step, &at) != 1)
            continue;
        if (!strcmp(step, "stop") && !access(getenv("PLAYER_GATE"), F_OK))
            break;
        if (!player_setting(&player, step, line + at) &&
            !player_transfer(&player, step, line + at)) {
            fprintf(stderr, "player: unknown step %s", line);
            return 2;
        }
    }
    player_close(&player);
    printf("ok %zu\n", player.sent);
    return 0;
}
