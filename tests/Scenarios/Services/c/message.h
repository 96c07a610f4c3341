// SPDX-License-Identifier: Apache-2.0
// HTTP/1.1 framing: finds where one request or response ends in a stream of bytes. Written for the
// scenarios, apart from the code under test, so that both cannot be wrong in the same way.
#pragma once
#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define HEAD_LIMIT (128 * 1024)

enum part {
    PART_HEAD,
    PART_BODY,
    PART_CHUNK_SIZE,
    PART_CHUNK,
    PART_CHUNK_END,
    PART_TRAILER,
    PART_UNTIL_CLOSE,
    PART_DONE,
};

struct message {
    enum part part;
    bool is_response;
    bool bodyless; /* the answer to HEAD, or to CONNECT */
    int status;
    unsigned long long left;
    size_t line_size;
    char line[64];
    size_t head_size;
    char head[HEAD_LIMIT + 1];
};

static void message_start(struct message *m, bool is_response, bool bodyless)
{
    m->part = PART_HEAD;
    m->is_response = is_response;
    m->bodyless = bodyless;
    m->status = 0;
    m->left = 0;
    m->line_size = 0;
    m->head_size = 0;
}

/* The value of a header, NULL when there is none. Points into the head; ends at CR. */
static const char *message_header(const struct message *m, const char *name)
{
    size_t length = strlen(name);

    for (const char *line = strstr(m->head, "\r\n"); line; line = strstr(line + 2, "\r\n"))
        if (!strncasecmp(line + 2, name, length) && line[2 + length] == ':') {
            const char *value = line + 3 + length;

            while (*value == ' ' || *value == '\t')
                value++;
            return value;
        }
    return NULL;
}

static bool message_has_body(const struct message *m)
{
    if (m->bodyless)
        return false;
    return !m->is_response || (m->status >= 200 && m->status != 204 && m->status != 304);
}

static void message_head_complete(struct message *m)
{
    const char *encoding, *length;

    m->head[m->head_size] = 0;
    if (m->is_response)
        m->status = atoi(m->head + 9);
    encoding = message_header(m, "transfer-encoding");
    length = message_header(m, "content-length");
    m->part = PART_DONE;
    if (!message_has_body(m))
        return;
    if (encoding && !strncasecmp(encoding, "chunked", 7)) {
        m->part = PART_CHUNK_SIZE;
    } else if (length) {
        m->left = strtoull(length, NULL, 10);
        m->part = m->left ? PART_BODY : PART_DONE;
    } else if (m->is_response) {
        m->part = PART_UNTIL_CLOSE;
    }
}

static void message_line(struct message *m, char c)
{
    if (c != '\n') {
        if (c != '\r' && m->line_size < sizeof(m->line) - 1)
            m->line[m->line_size++] = c;
        return;
    }
    m->line[m->line_size] = 0;
    if (m->part == PART_CHUNK_SIZE) {
        m->left = strtoull(m->line, NULL, 16);
        m->part = m->left ? PART_CHUNK : PART_TRAILER;
    } else if (m->part == PART_CHUNK_END) {
        m->part = PART_CHUNK_SIZE;
    } else if (!m->line_size) {
        m->part = PART_DONE;
    }
    m->line_size = 0;
}

static void message_head_byte(struct message *m, char c)
{
    if (m->head_size == HEAD_LIMIT) {
        fprintf(stderr, "a head of more than %d bytes\n", HEAD_LIMIT);
        exit(1);
    }
    m->head[m->head_size++] = c;
    if (c == '\n' && m->head_size >= 4 && !memcmp(m->head + m->head_size - 4, "\r\n\r\n", 4))
        message_head_complete(m);
}

/* Takes bytes up to the end of this message; returns how many it took. */
static size_t message_feed(struct message *m, const char *bytes, size_t size)
{
    size_t at = 0;

    while (at < size && m->part != PART_DONE) {
        if (m->part == PART_HEAD) {
            message_head_byte(m, bytes[at++]);
        } else if (m->part == PART_UNTIL_CLOSE) {
            at = size;
        } else if (m->part == PART_BODY || m->part == PART_CHUNK) {
            size_t take = size - at < m->left ? size - at : m->left;

            at += take;
            m->left -= take;
            if (!m->left)
                m->part = m->part == PART_BODY ? PART_DONE : PART_CHUNK_END;
        } else {
            message_line(m, bytes[at++]);
        }
    }
    return at;
}
