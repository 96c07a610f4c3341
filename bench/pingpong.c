// SPDX-License-Identifier: Apache-2.0
// One request and one response at a time on one keep-alive connection: `pingpong COUNT blocking|nonblocking|tls [CERTIFICATE KEY]`.
// Server and client are two processes on one CPU, so the wall time of a request is the CPU time of both of them and of
// everything the kernel does in between, and no wake-up of an idle CPU blurs it. Prints microseconds per request.
#define _GNU_SOURCE
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

#define WARM_UP 500
#define SETTLE_US 400000 // a tracer may need a moment to notice new processes

static const char request[] =
    "GET /catalogue/size?tags=blue&page=1 HTTP/1.1\r\n"
    "Host: catalogue.shop.svc.cluster.local:8080\r\n"
    "User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0 Safari/537.36\r\n"
    "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8\r\n"
    "Accept-Language: en-US,en;q=0.5\r\n"
    "Accept-Encoding: gzip, deflate, br\r\n"
    "Cookie: session=abcdefghijklmnopqrstuvwxyz0123456789\r\n"
    "Connection: keep-alive\r\n\r\n";

static const char response[] =
    "HTTP/1.1 200 OK\r\n"
    "Server: pingpong\r\n"
    "Date: Sun, 22 Nov 2026 00:00:00 GMT\r\n"
    "Content-Type: text/plain\r\n"
    "Content-Length: 13\r\n"
    "Connection: keep-alive\r\n\r\n"
    "Hello, world!";

static void die(const char *what)
{
    perror(what);
    exit(1);
}

static double now_us(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1e6 + time.tv_nsec / 1e3;
}

static void no_delay(int fd)
{
    int on = 1;

    if (setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)))
        die("TCP_NODELAY");
}

// One end of the connection.
struct end {
    int fd;
    int nonblocking;
    SSL *tls; // NULL: plain
};

static int give(struct end *end, const char *bytes, int size)
{
    return end->tls ? SSL_write(end->tls, bytes, size) : write(end->fd, bytes, size);
}

static int take(struct end *end, char *bytes, int size)
{
    struct pollfd readable = {.fd = end->fd, .events = POLLIN};

    if (end->nonblocking && poll(&readable, 1, -1) < 0)
        die("poll");
    return end->tls ? SSL_read(end->tls, bytes, size) : read(end->fd, bytes, size);
}

// With a certificate, the server's; without one, the client's.
static void secure(struct end *end, const char *certificate, const char *key)
{
    SSL_CTX *context = SSL_CTX_new(TLS_method());

    if (certificate && (SSL_CTX_use_certificate_file(context, certificate, SSL_FILETYPE_PEM) != 1 ||
                        SSL_CTX_use_PrivateKey_file(context, key, SSL_FILETYPE_PEM) != 1))
        die(certificate);
    end->tls = SSL_new(context);
    SSL_set_fd(end->tls, end->fd);
    if ((certificate ? SSL_accept(end->tls) : SSL_connect(end->tls)) != 1)
        die("handshake");
}

static void serve(int listener, const char *certificate, const char *key)
{
    struct end end = {.fd = accept(listener, NULL, NULL)};
    char bytes[4096];

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    no_delay(end.fd);
    if (certificate)
        secure(&end, certificate, key);
    while (take(&end, bytes, sizeof(bytes)) > 0)
        if (give(&end, response, sizeof(response) - 1) < 0)
            die("write");
    exit(0);
}

static void ask(struct end *end)
{
    char bytes[4096];

    if (give(end, request, sizeof(request) - 1) != sizeof(request) - 1)
        die("write");
    if (take(end, bytes, sizeof(bytes)) <= 0)
        die("read");
}

int main(int count, char **words)
{
    int requests = count == 3 || count == 5 ? atoi(words[1]) : 0;
    const char *certificate = count == 5 ? words[3] : NULL;
    struct end end = {};
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof(address);
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    cpu_set_t cpu;
    double begin;
    pid_t server;

    if (requests <= 0) {
        fprintf(stderr, "usage: pingpong COUNT blocking|nonblocking|tls [CERTIFICATE KEY]\n");
        return 2;
    }
    end.nonblocking = strcmp(words[2], "nonblocking") == 0;
    CPU_ZERO(&cpu);
    CPU_SET(0, &cpu);
    sched_setaffinity(0, sizeof(cpu), &cpu);
    if (bind(listener, (struct sockaddr *)&address, size) || listen(listener, 1) ||
        getsockname(listener, (struct sockaddr *)&address, &size))
        die("listen");
    server = fork();
    if (server == 0)
        serve(listener, certificate, words[count - 1]);
    usleep(SETTLE_US);
    end.fd = socket(AF_INET, SOCK_STREAM, 0); // after the fork: the server must not hold it open
    if (connect(end.fd, (struct sockaddr *)&address, size))
        die("connect");
    no_delay(end.fd);
    if (certificate)
        secure(&end, NULL, NULL);
    if (end.nonblocking)
        fcntl(end.fd, F_SETFL, O_NONBLOCK);
    for (int i = 0; i < WARM_UP; i++)
        ask(&end);
    begin = now_us();
    for (int i = 0; i < requests; i++)
        ask(&end);
    printf("%.3f\n", (now_us() - begin) / requests);
    close(end.fd);
    waitpid(server, NULL, 0);
    return 0;
}
