// SPDX-License-Identifier: Apache-2.0
// stream_receiver PORT SEED FIRST STREAMS w3c|all: the other end of stream_sender. It makes the same
// streams, and compares each byte that it receives with the one that was sent; added may be only the
// announced lines, at most once for a head, directly in front of its blank line. The first difference
// ends it. Prints how many heads had lines added, of how many that might have.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>
#include "announced.h"
#include "generated.h"

#define STREAMS_MAX 12 /* of one connection */

struct receiver {
    const char *form;
    uint64_t seed;
    uint64_t connection;
    uint64_t added;
    uint64_t places;
    uint64_t requests;
    uint64_t bytes;
    unsigned index; /* of the stream */
    int fd;
    size_t at; /* in the block */
    size_t size;
    char block[65536];
};

static void show(const char *what, const char *bytes, size_t size)
{
    fprintf(stderr, "%s ", what);
    for (size_t i = 0; i < size && i < 160; i++)
        fprintf(stderr, bytes[i] >= ' ' && bytes[i] <= '~' ? "%c" : "\\x%02x", (uint8_t)bytes[i]);
    fprintf(stderr, "\n");
}

static void differ(struct receiver *v, const struct stream *s, size_t at, const char *why)
{
    size_t from = at < 60 ? 0 : at - 60;

    fprintf(stderr,
            "stream_receiver: %s: seed %llu connection %llu stream %u byte %zu of %zu\n",
            why,
            (unsigned long long)v->seed,
            (unsigned long long)v->connection,
            v->index,
            at,
            s->sent.size);
    show("sent before:", s->sent.bytes + from, at - from);
    show("sent next:  ", s->sent.bytes + at, s->sent.size - at);
    show("received:   ", v->block + v->at, v->size - v->at);
    exit(1);
}

static void receive(struct receiver *v, const struct stream *s, size_t at)
{
    ssize_t n = v->at < v->size ? 1 : recv(v->fd, v->block, sizeof(v->block), 0);

    if (v->at < v->size)
        return;
    v->at = 0;
    v->size = n > 0 ? n : 0;
    if (n <= 0)
        differ(v, s, at, "the bytes ended early");
}

static void receive_lines(struct receiver *v, const struct stream *s, size_t at)
{
    struct announced lines = {.form = v->form};

    for (; *lines.form; v->at++) {
        receive(v, s, at);
        if (!announced_take(&lines, v->block[v->at]))
            differ(v, s, at, "not the announced lines");
    }
    v->added++;
}

/* From `at` to `end` of what was sent, between which nothing may be added. */
static void receive_same(struct receiver *v, const struct stream *s, size_t at, size_t end)
{
    while (at < end) {
        size_t take;

        receive(v, s, at);
        take = v->size - v->at < end - at ? v->size - v->at : end - at;
        if (memcmp(v->block + v->at, s->sent.bytes + at, take)) {
            while (v->block[v->at] == s->sent.bytes[at])
                v->at++, at++;
            differ(v, s, at, "another byte");
        }
        v->at += take;
        at += take;
    }
}

static void answer(struct receiver *v, const struct stream *s, size_t from, size_t to)
{
    while (from < to) {
        ssize_t n = send(v->fd, s->answers.bytes + from, to - from, MSG_NOSIGNAL);

        if (n <= 0)
            differ(v, s, 0, "the sender is gone");
        from += n;
    }
}

static void receive_stream(struct receiver *v, const struct stream *s)
{
    size_t at = 0, answered = 0;
    unsigned place = 0;

    for (unsigned i = 0; i < s->step_count; i++) {
        const struct step *step = &s->steps[i];

        for (; place < s->place_count && s->places[place] < step->sent; place++) {
            receive_same(v, s, at, s->places[place]);
            at = s->places[place];
            receive(v, s, at);
            if (v->block[v->at] == *v->form)
                receive_lines(v, s, at);
        }
        receive_same(v, s, at, step->sent);
        at = step->sent;
        answer(v, s, answered, step->answered);
        answered = step->answered;
    }
    v->places += s->place_count;
    v->requests += s->requests;
    v->bytes += s->sent.size;
}

/* Behind the last stream comes nothing. The reset spares both sides TIME_WAIT. */
static void receive_end(struct receiver *v, const struct stream *s)
{
    struct linger reset = {.l_onoff = 1};
    ssize_t n = v->at < v->size ? 1 : recv(v->fd, v->block, sizeof(v->block), 0);

    if (n > 0 && v->at == v->size) {
        v->at = 0;
        v->size = n;
    }
    if (n)
        differ(v, s, s->sent.size, n > 0 ? "stray bytes" : "no orderly end");
    setsockopt(v->fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
    close(v->fd);
}

static unsigned receive_connection(struct receiver *v, int listener)
{
    static struct stream stream;
    struct random r = random_of(v->seed, v->connection);
    int one = 1;

    v->fd = accept(listener, NULL, NULL);
    setsockopt(v->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
    v->at = v->size = 0;
    stream.last = false;
    for (v->index = 0; v->index < STREAMS_MAX && !stream.last; v->index++) {
        stream_make(&stream, &r);
        receive_stream(v, &stream);
    }
    receive_end(v, &stream);
    return v->index;
}

static int listen_at(int port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    int listener = socket(AF_INET, SOCK_STREAM, 0), one = 1;

    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
    if (bind(listener, (struct sockaddr *)&address, sizeof(address)) || listen(listener, 64)) {
        perror("stream_receiver: listen");
        exit(1);
    }
    return listener;
}

int main(int count, char **arguments)
{
    static struct receiver receiver;
    uint64_t streams, left;
    int listener;

    if (count != 6)
        return 2;
    listener = listen_at(atoi(arguments[1]));
    receiver.seed = strtoull(arguments[2], NULL, 10);
    receiver.connection = strtoull(arguments[3], NULL, 10);
    streams = left = strtoull(arguments[4], NULL, 10);
    receiver.form = strcmp(arguments[5], "all") ? form_w3c : form_all;
    for (; left; receiver.connection++) {
        unsigned done = receive_connection(&receiver, listener);

        left -= done < left ? done : left;
    }
    printf("ok streams=%llu connections=%llu bytes=%llu requests=%llu places=%llu added=%llu\n",
           (unsigned long long)streams,
           (unsigned long long)(receiver.connection - strtoull(arguments[3], NULL, 10)),
           (unsigned long long)receiver.bytes,
           (unsigned long long)receiver.requests,
           (unsigned long long)receiver.places,
           (unsigned long long)receiver.added);
    return 0;
}
