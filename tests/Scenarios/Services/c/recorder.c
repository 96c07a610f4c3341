// SPDX-License-Identifier: Apache-2.0
// recorder PORT DIRECTORY [ADDRESS]: an HTTP/1.1 server that keeps every byte it receives, one file
// per connection in order of acceptance. The path says how it answers:
//   /size/N  /chunked/N  /status/N  /hints (103 first)  /bytewise  /slow/MS  /close
//   /upgrade (101, then echo)  and the method CONNECT (200, then echo); anything else: "ok".
// What begins with anything but a capital letter, or with the preface of HTTP/2, is echoed.
#include <arpa/inet.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>
#include "message.h"

#define CHUNK 4096

struct connection {
    int fd;
    int log;
    struct message request;
};

static const char *directory;
static unsigned accepted;

static bool write_all(int fd, const char *bytes, size_t size)
{
    while (size) {
        ssize_t n = write(fd, bytes, size);

        if (n <= 0)
            return false;
        bytes += n;
        size -= n;
    }
    return true;
}

static bool reply(int fd, const char *text)
{
    return write_all(fd, text, strlen(text));
}

static bool reply_pattern(int fd, unsigned long long size)
{
    char block[65536];

    for (size_t i = 0; i < sizeof(block); i++)
        block[i] = 'a' + i % 26;
    while (size) {
        size_t take = size < sizeof(block) ? size : sizeof(block);

        if (!write_all(fd, block, take))
            return false;
        size -= take;
    }
    return true;
}

static bool reply_size(int fd, unsigned long long size, bool with_body)
{
    char head[128];

    snprintf(head, sizeof(head), "HTTP/1.1 200 OK\r\nContent-Length: %llu\r\n\r\n", size);
    return reply(fd, head) && (!with_body || reply_pattern(fd, size));
}

static bool reply_chunked(int fd, unsigned long long size)
{
    char line[32];

    if (!reply(fd, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"))
        return false;
    while (size) {
        size_t take = size < CHUNK ? size : CHUNK;

        snprintf(line, sizeof(line), "%zx\r\n", take);
        if (!reply(fd, line) || !reply_pattern(fd, take) || !reply(fd, "\r\n"))
            return false;
        size -= take;
    }
    return reply(fd, "0\r\n\r\n");
}

static bool reply_status(int fd, int status, bool with_body)
{
    char head[128];
    bool empty = status == 204 || status == 304;

    snprintf(head,
             sizeof(head),
             "HTTP/1.1 %d Said\r\n%s\r\n%s",
             status,
             empty ? "" : "Content-Length: 2\r\n",
             empty || !with_body ? "" : "ok");
    return reply(fd, head);
}

static bool reply_bytewise(int fd)
{
    static const char text[] = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

    for (size_t i = 0; i + 1 < sizeof(text); i++)
        if (!write_all(fd, text + i, 1))
            return false;
    return true;
}

/* Returns false when the connection is at its end. */
static bool answer(int fd, const struct message *request)
{
    char method[32] = "", path[64] = "";
    bool with_body;

    sscanf(request->head, "%31s %63s", method, path);
    with_body = strcmp(method, "HEAD");
    if (!strncmp(path, "/size/", 6))
        return reply_size(fd, strtoull(path + 6, NULL, 10), with_body);
    if (!strncmp(path, "/chunked/", 9))
        return reply_chunked(fd, strtoull(path + 9, NULL, 10));
    if (!strncmp(path, "/status/", 8))
        return reply_status(fd, atoi(path + 8), with_body);
    if (!strncmp(path, "/bytewise", 9))
        return reply_bytewise(fd);
    if (!strncmp(path, "/slow/", 6))
        usleep(atoi(path + 6) * 1000);
    if (!strncmp(path, "/hints", 6) && !reply(fd, "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"))
        return false;
    if (!strncmp(path, "/close", 6)) {
        reply(fd, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nok");
        return false;
    }
    return reply(fd,
                 with_body ? "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
                           : "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n");
}

/* Begins a tunnel when the request asks for one; from then on every byte is echoed. */
static bool tunnel(int fd, const struct message *request)
{
    if (!strncmp(request->head, "CONNECT ", 8))
        return reply(fd, "HTTP/1.1 200 Connected\r\n\r\n");
    if (!strncmp(request->head, "GET /upgrade", 12))
        return reply(fd,
                     "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                     "Connection: Upgrade\r\n\r\n");
    return false;
}

/* Asked for, a 100 is sent when the head is complete and the body has not begun. */
static bool answer_expectation(struct connection *c, enum part before)
{
    const char *expect;

    if (before != PART_HEAD || c->request.part == PART_HEAD)
        return true;
    expect = message_header(&c->request, "expect");
    if (!expect || strncasecmp(expect, "100-continue", 12))
        return true;
    return reply(c->fd, "HTTP/1.1 100 Continue\r\n\r\n");
}

static bool asks_to_close(const struct message *request)
{
    const char *connection = message_header(request, "connection");

    return connection && !strncasecmp(connection, "close", 5);
}

static bool is_http1(const struct connection *c, const char *bytes, size_t size)
{
    return c->request.head_size || (isupper(bytes[0]) && (size < 4 || memcmp(bytes, "PRI ", 4)));
}

static bool take(struct connection *c, const char *bytes, size_t size, bool *echoing)
{
    while (size) {
        enum part before = c->request.part;
        size_t used;

        *echoing = *echoing || !is_http1(c, bytes, size);
        if (*echoing)
            return write_all(c->fd, bytes, size);
        used = message_feed(&c->request, bytes, size);
        bytes += used;
        size -= used;
        if (!answer_expectation(c, before))
            return false;
        if (c->request.part != PART_DONE)
            continue;
        *echoing = tunnel(c->fd, &c->request);
        if (!*echoing && !answer(c->fd, &c->request))
            return false;
        if (!*echoing && asks_to_close(&c->request))
            return false;
        message_start(&c->request, false, false);
    }
    return true;
}

/* At once, and not after 40 ms: many clients send head and body apart, with Nagle's algorithm on. */
static void acknowledge(int fd)
{
    int one = 1;

    setsockopt(fd, IPPROTO_TCP, TCP_QUICKACK, &one, sizeof(one));
}

static void *serve(void *argument)
{
    struct connection *c = argument;
    char block[262144];
    bool echoing = false;
    ssize_t n;

    message_start(&c->request, false, false);
    while ((n = read(c->fd, block, sizeof(block))) > 0) {
        acknowledge(c->fd);
        if (!write_all(c->log, block, n) || !take(c, block, n, &echoing))
            break;
    }
    close(c->fd);
    close(c->log);
    free(c);
    return NULL;
}

static void start(int fd)
{
    struct connection *c = malloc(sizeof(*c));
    char path[512];
    pthread_t thread;
    int one = 1;

    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
    snprintf(path, sizeof(path), "%s/%06u", directory, accepted++);
    c->fd = fd;
    c->log = open(path, O_CREAT | O_WRONLY | O_TRUNC, 0644);
    if (c->log < 0 || pthread_create(&thread, NULL, serve, c)) {
        perror("recorder: start");
        exit(1);
    }
    pthread_detach(thread);
}

int main(int count, char **arguments)
{
    struct addrinfo hints = {.ai_flags = AI_NUMERICHOST, .ai_socktype = SOCK_STREAM}, *address;
    int listener, one = 1;

    if (count < 3 ||
        getaddrinfo(count > 3 ? arguments[3] : "0.0.0.0", arguments[1], &hints, &address))
        return 2;
    listener = socket(address->ai_family, SOCK_STREAM, 0);
    signal(SIGPIPE, SIG_IGN);
    directory = arguments[2];
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
    if (bind(listener, address->ai_addr, address->ai_addrlen) || listen(listener, 512)) {
        perror("recorder: listen");
        return 1;
    }
    for (;;) {
        int fd = accept(listener, NULL, NULL);

        if (fd >= 0)
            start(fd);
    }
}
