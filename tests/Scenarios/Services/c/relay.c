// SPDX-License-Identifier: Apache-2.0
// relay serve PORT ADDRESS (pool|loop): asks ADDRESS for every request that it gets; the path says how. `pool`: threads that take
// accepted connections from a queue. `loop`: one thread, epoll, pauses by timers.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

#define MESSAGE 2048
#define THREADS 400
#define QUEUE 4096

static const char *port;
static struct sockaddr_in next;

static void fail(const char *what)
{
    perror(what);
    exit(1);
}

static void send_all(int socket, const char *text, size_t size)
{
    while (size > 0) {
        ssize_t sent = send(socket, text, size, MSG_NOSIGNAL);
        if (sent <= 0)
            fail("send");
        text += sent;
        size -= (size_t)sent;
    }
}

static int connect_next(void)
{
    int one = 1, made = socket(AF_INET, SOCK_STREAM, 0);
    if (made < 0 || connect(made, (struct sockaddr *)&next, sizeof(next)))
        fail("connect");
    setsockopt(made, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
    return made;
}

// The message that begins `text`, with its body: its size, 0 while it is not complete.
static size_t complete(const char *text)
{
    const char *end = strstr(text, "\r\n\r\n"), *length = strcasestr(text, "\r\ncontent-length:");
    size_t size = end ? (size_t)(end + 4 - text) : 0;
    if (size && length && length < end)
        size += strtoul(length + 17, NULL, 10);
    return size && strlen(text) >= size ? size : 0;
}

static void copy_field(const char *head, const char *name, char *value, size_t room)
{
    const char *at = strcasestr(head, name);
    size_t size = at ? strcspn(at += strlen(name), "\r") : 0;
    snprintf(value, room, "%.*s", (int)size, at ? at : "");
}

static bool way_is(const char *head, const char *way)
{
    return strncmp(head + 5, way, strlen(way)) == 0; // behind "GET /"
}

static int format_question(const char *head, char *text)
{
    const char *query = strchr(head, '?');
    return snprintf(text,
                    MESSAGE,
                    "GET /last%.*s HTTP/1.1\r\nHost: last\r\n\r\n",
                    (int)strcspn(query, " "),
                    query);
}

static int format_answer(const char *head, const char *last, char *text)
{
    char context[64], body[MESSAGE / 2];
    copy_field(head, "\r\ntraceparent: ", context, sizeof(context));
    int size =
        snprintf(body, sizeof(body), "%s %s|%s", port, context, strstr(last, "\r\n\r\n") + 4);
    return snprintf(text, MESSAGE, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", size, body);
}

static bool receive(int socket, char text[MESSAGE])
{
    size_t have = 0;
    text[0] = 0;
    while (!complete(text)) {
        ssize_t got = recv(socket, text + have, MESSAGE - 1 - have, 0);
        if (got <= 0)
            return false;
        text[have += (size_t)got] = 0;
    }
    return true;
}

// --- threads

static int queue[QUEUE];
static unsigned taken, queued;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t filled = PTHREAD_COND_INITIALIZER;

static int take(void)
{
    pthread_mutex_lock(&lock);
    while (taken == queued)
        pthread_cond_wait(&filled, &lock);
    int socket = queue[taken++ % QUEUE];
    pthread_mutex_unlock(&lock);
    return socket;
}

static void ask(int upstream, const char *head, char last[MESSAGE])
{
    char text[MESSAGE];
    send_all(upstream, text, (size_t)format_question(head, text));
    if (!receive(upstream, last))
        fail("no answer");
}

static void *work(void *nothing)
{
    int upstream = -1;
    char head[MESSAGE], last[MESSAGE], text[MESSAGE];
    for (;;) {
        int client = take();
        if (upstream < 0)
            upstream = connect_next();
        while (receive(client, head)) {
            if (way_is(head, "twice"))
                ask(upstream, head, last);
            if (way_is(head, "paused"))
                usleep((useconds_t)(rand() % 5000));
            ask(upstream, head, last);
            send_all(client, text, (size_t)format_answer(head, last, text));
        }
        close(client);
    }
    return nothing;
}

static void serve_by_threads(int listener)
{
    pthread_t thread;
    for (int i = 0; i < THREADS; i++)
        pthread_create(&thread, NULL, work, NULL);
    for (;;) {
        int client = accept(listener, NULL, NULL);
        pthread_mutex_lock(&lock);
        queue[queued++ % QUEUE] = client;
        pthread_cond_signal(&filled);
        pthread_mutex_unlock(&lock);
    }
}

// --- a loop

struct request;

struct watched {
    int descriptor;
    enum { LISTENER, CLIENT, UPSTREAM, TIMER } kind;
    struct request *request;
    size_t have;
    char text[MESSAGE];
    struct watched *idle;
};

struct request {
    struct watched *client;
    char head[MESSAGE];
    int left; // questions that are still to be asked
};

static int loop;
static struct watched *idle;

static struct watched *watch(int descriptor, int kind)
{
    struct watched *made = calloc(1, sizeof(*made));
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = made};
    made->descriptor = descriptor;
    made->kind = kind;
    if (epoll_ctl(loop, EPOLL_CTL_ADD, descriptor, &event))
        fail("epoll_ctl");
    return made;
}

static void question(struct request *request)
{
    char text[MESSAGE];
    struct watched *upstream = idle;
    if (upstream)
        idle = upstream->idle;
    else
        upstream = watch(connect_next(), UPSTREAM);
    upstream->request = request;
    request->left--;
    send_all(upstream->descriptor, text, (size_t)format_question(request->head, text));
}

static void begin(struct watched *client)
{
    struct request *request = calloc(1, sizeof(*request));
    struct itimerspec pause = {.it_value.tv_nsec = 1 + rand() % 5000000};
    request->client = client;
    request->left = way_is(client->text, "twice") ? 2 : 1;
    memcpy(request->head, client->text, sizeof(request->head));
    client->have = client->text[0] = 0;
    if (!way_is(request->head, "paused")) {
        question(request);
        return;
    }
    struct watched *timer = watch(timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK), TIMER);
    timer->request = request;
    timerfd_settime(timer->descriptor, 0, &pause, NULL);
}

static void answered(struct watched *upstream)
{
    struct request *request = upstream->request;
    char text[MESSAGE], last[MESSAGE];
    memcpy(last, upstream->text, sizeof(last));
    upstream->have = upstream->text[0] = 0;
    upstream->idle = idle;
    idle = upstream;
    if (request->left) {
        question(request);
        return;
    }
    send_all(request->client->descriptor, text, (size_t)format_answer(request->head, last, text));
    free(request);
}

static void forget(struct watched *watched)
{
    close(watched->descriptor);
    free(watched);
}

static void ready(struct watched *watched)
{
    if (watched->kind == LISTENER) {
        watch(accept(watched->descriptor, NULL, NULL), CLIENT);
        return;
    }
    if (watched->kind == TIMER) {
        struct request *request = watched->request;
        forget(watched);
        question(request);
        return;
    }
    ssize_t got =
        recv(watched->descriptor, watched->text + watched->have, MESSAGE - 1 - watched->have, 0);
    if (got <= 0) {
        forget(watched);
        return;
    }
    watched->text[watched->have += (size_t)got] = 0;
    if (!complete(watched->text))
        return;
    if (watched->kind == CLIENT)
        begin(watched);
    else
        answered(watched);
}

static void serve_by_loop(int listener)
{
    struct epoll_event events[64];
    loop = epoll_create1(0);
    watch(listener, LISTENER);
    for (;;) {
        int count = epoll_wait(loop, events, 64, -1);
        for (int i = 0; i < count; i++)
            ready(events[i].data.ptr);
    }
}

int main(int count, char **arguments)
{
    struct sockaddr_in here = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int one = 1, listener = socket(AF_INET, SOCK_STREAM, 0);
    if (count != 5)
        return 2;
    port = arguments[2];
    here.sin_port = htons((in_port_t)atoi(port));
    next.sin_family = AF_INET;
    next.sin_port = htons((in_port_t)atoi(strchr(arguments[3], ':') + 1));
    inet_pton(AF_INET, strtok(arguments[3], ":"), &next.sin_addr);
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
    if (bind(listener, (struct sockaddr *)&here, sizeof(here)) || listen(listener, 1024))
        fail("listen");
    if (strcmp(arguments[4], "pool") == 0)
        serve_by_threads(listener);
    else
        serve_by_loop(listener);
}
