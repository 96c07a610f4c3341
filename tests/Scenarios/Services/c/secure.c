// SPDX-License-Identifier: Apache-2.0
// secure PORT: serves HTTPS, a thread for each connection, with the file WEB_CERTIFICATE (certificate and key).
// /hop?next=URL asks URL by HTTPS, trusting SSL_CERT_FILE, and answers with what that answered; all else is answered "ok".
// For TLS libraries that no server of Debian is linked with. One read or write of the library for each message.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define MESSAGE 4096

static SSL_CTX *serving;
static SSL_CTX *asking;

static void fail(const char *what)
{
    perror(what);
    exit(1);
}

static SSL_CTX *context(const SSL_METHOD *method)
{
    SSL_CTX *made = SSL_CTX_new(method);
    if (!made)
        fail("SSL_CTX_new");
    return made;
}

// Until the blank line; a message without body. False at the end of the connection.
static bool read_head(SSL *session, char head[MESSAGE])
{
    int length = 0, got;
    while ((got = SSL_read(session, head + length, MESSAGE - 1 - length)) > 0) {
        length += got;
        head[length] = 0;
        if (strstr(head, "\r\n\r\n"))
            return true;
    }
    return false;
}

// %XX to bytes, in place.
static void decode(char *text)
{
    char *to = text;
    unsigned byte;
    for (; *text; text++)
        if (*text == '%' && sscanf(text + 1, "%2x", &byte) == 1) {
            *to++ = (char)byte;
            text += 2;
        } else {
            *to++ = *text;
        }
    *to = 0;
}

// https://127.0.0.1:PORT/PATH. What follows the head of the answer is of no interest.
static void ask(const char *url)
{
    char head[MESSAGE];
    unsigned port;
    int path;
    if (sscanf(url, "https://127.0.0.1:%u%n", &port, &path) != 1)
        fail(url);
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(fd, (struct sockaddr *)&address, sizeof(address)))
        fail("connect");
    SSL *session = SSL_new(asking);
    SSL_set_fd(session, fd);
    if (SSL_connect(session) != 1)
        fail("SSL_connect");
    int length =
        snprintf(head, sizeof(head), "GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n", url + path);
    if (SSL_write(session, head, length) != length || !read_head(session, head))
        fail("no answer");
    SSL_free(session);
    close(fd);
}

static void *serve(void *argument)
{
    static const char answer[] = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    char head[MESSAGE];
    int fd = (int)(intptr_t)argument;
    SSL *session = SSL_new(serving);
    SSL_set_fd(session, fd);
    if (SSL_accept(session) == 1)
        while (read_head(session, head)) {
            char *next = strstr(head, "/hop?next=");
            if (next) {
                next += strlen("/hop?next=");
                next[strcspn(next, " &")] = 0;
                decode(next);
                ask(next);
            }
            SSL_write(session, answer, sizeof(answer) - 1);
        }
    SSL_free(session);
    close(fd);
    return NULL;
}

int main(int count, char **arguments)
{
    const char *certificate = getenv("WEB_CERTIFICATE"), *authority = getenv("SSL_CERT_FILE");
    if (count != 2 || !certificate || !authority) {
        fputs("usage: WEB_CERTIFICATE=FILE SSL_CERT_FILE=FILE secure PORT\n", stderr);
        return 2;
    }
    serving = context(TLS_server_method());
    asking = context(TLS_client_method());
    if (SSL_CTX_use_certificate_chain_file(serving, certificate) != 1 ||
        SSL_CTX_use_PrivateKey_file(serving, certificate, SSL_FILETYPE_PEM) != 1 ||
        SSL_CTX_load_verify_locations(asking, authority, NULL) != 1)
        fail("certificates");
    SSL_CTX_set_verify(asking, SSL_VERIFY_PEER, NULL);
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)atoi(arguments[1])),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int listener = socket(AF_INET, SOCK_STREAM, 0), on = 1;
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    if (bind(listener, (struct sockaddr *)&address, sizeof(address)) || listen(listener, 128))
        fail("listen");
    for (;;) {
        pthread_t thread;
        int fd = accept(listener, NULL, NULL);
        if (fd >= 0 && !pthread_create(&thread, NULL, serve, (void *)(intptr_t)fd))
            pthread_detach(thread);
    }
}
