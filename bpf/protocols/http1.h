/* SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
/* The head of an HTTP/1 message: start line and header fields up to the blank line (RFC 9112).
 *
 * The head is read as a stream. It may come in any number of pieces, cut anywhere; a piece may also
 * hold less than a line. The caller puts what was kept of the last piece and the new bytes into one
 * window; http1_feed() looks at every complete line in it and keeps the rest, at most HTTP1_KEEP
 * bytes. A longer rest belongs to a line that no field of interest can be: such a line is skipped,
 * and only its last bytes are kept, because a request line ends with the version.
 *
 * Only what propagation and framing need is read: kind of message, version, Content-Length,
 * Transfer-Encoding, Upgrade and traceparent. Everything else is user space's work. */
#pragma once
#include "traceparent.h"

#define HTTP1_KEEP 256
#define HTTP1_KEEP_OVERLONG 16
#define HTTP1_STEP 128 /* bytes: nearly every line is shorter */
#define HTTP1_METHOD_MAX 24
#define HTTP1_WHITE_SPACE_MAX 16
#define HTTP1_LENGTH_DIGITS_MAX 18 /* below 2^63 */

enum http1_phase : __u8 {
    HTTP1_START_LINE,
    HTTP1_FIELDS,
    HTTP1_DONE,
    HTTP1_NOT_HTTP, /* the first line is neither request nor response */
};

#define HTTP1_REQUEST (1 << 0)
#define HTTP1_VERSION_0 (1 << 1) /* HTTP/1.0 */
#define HTTP1_METHOD_HEAD (1 << 2)
#define HTTP1_METHOD_CONNECT (1 << 3)
#define HTTP1_UPGRADE (1 << 4)
#define HTTP1_CHUNKED (1 << 5)
#define HTTP1_LENGTH (1 << 6)      /* content_length is meaningful */
#define HTTP1_BAD_FRAMING (1 << 7) /* where the body ends is not known */
#define HTTP1_CONTEXT (1 << 8)     /* one valid traceparent: context is meaningful */
#define HTTP1_BAD_CONTEXT (1 << 9) /* a malformed or doubled one */
#define HTTP1_OVERLONG (1 << 10)   /* inside a line that did not fit */

struct http1_head {
    __u64 content_length;
    __u32 size;       /* bytes of the head read so far, kept ones not counted */
    __u32 blank_at;   /* HTTP1_DONE: where in the head the blank line starts */
    __u32 context_at; /* HTTP1_CONTEXT: where in the head the value of traceparent starts */
    __u16 flags;
    __u16 status; /* of a response */
    struct span_context context;
    __u32 behind_at; /* where in the head the line behind the last field that was read starts */
    __u16 kept;      /* bytes in keep[] */
    enum http1_phase phase;
    __u8 pad;
    __u8 keep[HTTP1_KEEP];
};

struct http1_scan {
    struct http1_head *head;
    struct window *window;
};

static __always_inline bool http1_is_version(__u64 word)
{
    return (word | WORD(0, 0, 0, 0, 0, 0, 0, 1)) == WORD('H', 'T', 'T', 'P', '/', '1', '.', '1');
}

/* A method is upper-case letters and hyphens (M-SEARCH) followed by a space. */
static __always_inline bool http1_is_method(const struct window *window, __u32 at)
{
    for (__u32 i = 0; i < HTTP1_METHOD_MAX; i++) {
        __u8 c = window_byte(window, at + i);

        if (c == ' ')
            return i >= 3;
        if ((c < 'A' || c > 'Z') && c != '-')
            return false;
    }
    return false;
}

/* The beginning of a start line decides what the message is; its end proves it. */
static __always_inline bool http1_begin(struct http1_head *head,
                                        const struct window *window,
                                        __u32 at)
{
    __u64 word = window_word(window, at);

    if (http1_is_version(word)) {
        if (word >> 56 == '0')
            head->flags |= HTTP1_VERSION_0;
        return true;
    }
    if (!http1_is_method(window, at))
        return false;
    head->flags |= HTTP1_REQUEST;
    if ((word & 0xffffffffffULL) == WORD('H', 'E', 'A', 'D', ' ', 0, 0, 0))
        head->flags |= HTTP1_METHOD_HEAD;
    if (word == WORD('C', 'O', 'N', 'N', 'E', 'C', 'T', ' '))
        head->flags |= HTTP1_METHOD_CONNECT;
    return true;
}

static __always_inline bool http1_status(struct http1_head *head,
                                         const struct window *window,
                                         __u32 at)
{
    __u32 hundreds = window_byte(window, at + 9) - '0';
    __u32 tens = window_byte(window, at + 10) - '0';
    __u32 ones = window_byte(window, at + 11) - '0';
    __u8 behind = window_byte(window, at + 12);

    head->status = (__u16)(hundreds * 100 + tens * 10 + ones);
    return window_byte(window, at + 8) == ' ' && hundreds >= 1 && hundreds <= 9 && tens <= 9 &&
           ones <= 9 && (behind == ' ' || behind == '\r' || behind == '\n');
}

static __always_inline bool http1_start_line(struct http1_head *head,
                                             const struct window *window,
                                             __u32 at,
                                             __u32 size)
{
    bool overlong = head->flags & HTTP1_OVERLONG;
    __u64 last = window_word(window, at + size - 8);

    if (size < 12)
        return false;
    if (!overlong && !http1_begin(head, window, at))
        return false;
    if (head->flags & HTTP1_REQUEST) {
        if (!http1_is_version(last) || window_byte(window, at + size - 9) != ' ')
            return false;
        if (last >> 56 == '0')
            head->flags |= HTTP1_VERSION_0;
        return true;
    }
    if (overlong)
        return head->status != 0;
    return http1_status(head, window, at);
}

static __always_inline bool http1_is_space(__u8 c)
{
    return c == ' ' || c == '\t';
}

/* Strips spaces and tabs around the value that starts at *at and ends at *end. */
static __always_inline void http1_trim(const struct window *window, __u32 *at, __u32 *end)
{
    for (__u32 i = 0; i < HTTP1_WHITE_SPACE_MAX; i++) {
        __u8 c = window_byte(window, *at);

        if (!http1_is_space(c) || *at >= *end)
            break;
        (*at)++;
    }
    for (__u32 i = 0; i < HTTP1_WHITE_SPACE_MAX; i++) {
        __u8 c = window_byte(window, *end - 1);

        if (!http1_is_space(c) || *at >= *end)
            break;
        (*end)--;
    }
}

static __always_inline void http1_length(struct http1_head *head,
                                         const struct window *window,
                                         __u32 at,
                                         __u32 end)
{
    __u64 length = 0;
    __u32 digits = 0;

    http1_trim(window, &at, &end);
    for (; digits < HTTP1_LENGTH_DIGITS_MAX; digits++) {
        __u32 digit = window_byte(window, at + digits) - '0';

        if (at + digits >= end || digit > 9)
            break;
        length = length * 10 + digit;
    }
    if (digits == 0 || at + digits != end ||
        ((head->flags & HTTP1_LENGTH) && head->content_length != length))
        head->flags |= HTTP1_BAD_FRAMING;
    head->flags |= HTTP1_LENGTH;
    head->content_length = length;
}

static __always_inline void http1_transfer_encoding(struct http1_head *head,
                                                    const struct window *window,
                                                    __u32 at,
                                                    __u32 end)
{
    __u32 before;
    __u64 last;

    http1_trim(window, &at, &end);
    last = lower_case(window_word(window, end - 7)) << 8;
    before = end - 8;
    if (window_byte(window, before) == ' ')
        before--;
    if (end < at + 7 || last != WORD('c', 'h', 'u', 'n', 'k', 'e', 'd', 0) << 8 ||
        (end > at + 7 && (before < at || window_byte(window, before) != ',')))
        head->flags |= HTTP1_BAD_FRAMING; /* a body in another coding ends with the connection */
    head->flags |= HTTP1_CHUNKED;
}

static __always_inline void http1_traceparent(
    struct http1_head *head, const struct window *window, __u32 at, __u32 end, __u32 line)
{
    __u32 field = at;

    http1_trim(window, &at, &end);
    if (head->flags & (HTTP1_CONTEXT | HTTP1_BAD_CONTEXT) ||
        !traceparent_read(window, at, end - at, &head->context)) {
        head->flags = (head->flags & ~HTTP1_CONTEXT) | HTTP1_BAD_CONTEXT;
        return;
    }
    head->flags |= HTTP1_CONTEXT;
    head->context_at = head->size + line + (at - field);
}

/* The fields that are read. */
enum http1_name : __u8 {
    HTTP1_NAME_OTHER,
    HTTP1_NAME_TRACEPARENT,
    HTTP1_NAME_LENGTH,
    HTTP1_NAME_TRANSFER_ENCODING,
    HTTP1_NAME_UPGRADE,
    HTTP1_NAME_NONE, /* the line continues the one before: RFC 9112, 5.2 */
};

static __always_inline enum http1_name http1_name(const struct window *window, __u32 at)
{
    __u64 next = lower_case(window_word(window, at + 8));

    switch (lower_case(window_word(window, at))) {
    case WORD('t', 'r', 'a', 'c', 'e', 'p', 'a', 'r'):
        if ((__u32)next == (__u32)WORD('e', 'n', 't', ':', 0, 0, 0, 0))
            return HTTP1_NAME_TRACEPARENT;
        break;
    case WORD('c', 'o', 'n', 't', 'e', 'n', 't', '-'):
        if (next << 8 == WORD('l', 'e', 'n', 'g', 't', 'h', ':', 0) << 8)
            return HTTP1_NAME_LENGTH;
        break;
    case WORD('t', 'r', 'a', 'n', 's', 'f', 'e', 'r'):
        if (next == WORD('-', 'e', 'n', 'c', 'o', 'd', 'i', 'n') &&
            (window_byte(window, at + 16) | 0x20) == 'g' && window_byte(window, at + 17) == ':')
            return HTTP1_NAME_TRANSFER_ENCODING;
        break;
    case WORD('u', 'p', 'g', 'r', 'a', 'd', 'e', ':'):
        return HTTP1_NAME_UPGRADE;
    }
    return http1_is_space(window_byte(window, at)) ? HTTP1_NAME_NONE : HTTP1_NAME_OTHER;
}

/* A value goes on that was taken for complete. */
static __always_inline void http1_continued(struct http1_head *head, __u32 line)
{
    if (head->size + line != head->behind_at)
        return;
    head->flags |= HTTP1_BAD_FRAMING;
    if (head->flags & HTTP1_CONTEXT)
        head->flags = (head->flags & ~HTTP1_CONTEXT) | HTTP1_BAD_CONTEXT;
}

static __always_inline void http1_field(
    struct http1_head *head, const struct window *window, enum http1_name name, __u32 at, __u32 end)
{
    switch (name) {
    case HTTP1_NAME_TRACEPARENT:
        http1_traceparent(head, window, at + 12, end, at + 12);
        break;
    case HTTP1_NAME_LENGTH:
        http1_length(head, window, at + 15, end);
        break;
    case HTTP1_NAME_TRANSFER_ENCODING:
        http1_transfer_encoding(head, window, at + 18, end);
        break;
    case HTTP1_NAME_UPGRADE:
        head->flags |= HTTP1_UPGRADE;
        break;
    case HTTP1_NAME_NONE:
        http1_continued(head, at);
        break;
    case HTTP1_NAME_OTHER:
        break;
    }
}

/* A field longer than what can be kept. Even when all of it is in the window its value is not read: how
 * the head was cut must not decide what it says. */
static __always_inline void http1_overlong_field(struct http1_head *head,
                                                 enum http1_name name,
                                                 __u32 at)
{
    switch (name) {
    case HTTP1_NAME_TRACEPARENT:
        head->flags = (head->flags & ~HTTP1_CONTEXT) | HTTP1_BAD_CONTEXT;
        break;
    case HTTP1_NAME_LENGTH:
    case HTTP1_NAME_TRANSFER_ENCODING:
        head->flags |= HTTP1_BAD_FRAMING;
        break;
    case HTTP1_NAME_UPGRADE:
        head->flags |= HTTP1_UPGRADE;
        break;
    case HTTP1_NAME_NONE:
        http1_continued(head, at);
        break;
    case HTTP1_NAME_OTHER:
        break;
    }
}

/* One complete line: it starts at `line`, its line feed is at `feed`. True when the head ends. */
PROVEN_ONCE bool http1_line(struct http1_head *head,
                            const struct window *window,
                            __u32 line,
                            __u32 feed)
{
    __u32 end = feed;
    enum http1_name name;
    bool overlong;

    if (!head || !window)
        return true;
    overlong = head->flags & HTTP1_OVERLONG;
    if (end > line && window_byte(window, end - 1) == '\r')
        end--;
    if (end == line && !overlong) {
        if (head->phase == HTTP1_START_LINE)
            return false; /* empty lines before a request line are ignored: RFC 9112, 2.2 */
        head->blank_at = head->size + line;
        head->phase = HTTP1_DONE;
        return true;
    }
    if (head->phase == HTTP1_START_LINE) {
        bool good = http1_start_line(head, window, line, end - line);

        head->flags &= ~HTTP1_OVERLONG;
        head->phase = good ? HTTP1_FIELDS : HTTP1_NOT_HTTP;
        return !good;
    }
    if (overlong) {
        head->flags &= ~HTTP1_OVERLONG;
        return false;
    }
    name = http1_name(window, line);
    if (feed - line > HTTP1_KEEP) {
        http1_overlong_field(head, name, line);
        return false;
    }
    http1_field(head, window, name, line, end);
    if (name != HTTP1_NAME_OTHER && name != HTTP1_NAME_NONE)
        head->behind_at = head->size + feed + 1;
    return false;
}

/* By its first letter: a field that is read, what continues one, or the blank line. Most lines end here. */
static __always_inline bool http1_may_matter(__u8 first)
{
    __u8 letter = first | 0x20;

    return letter == 't' || letter == 'c' || letter == 'u' || first == '\r' || first == '\n' ||
           http1_is_space(first);
}

/* Looks for the end of the current line in the next HTTP1_STEP bytes. */
static long http1_step(__u32 index, void *state)
{
    struct http1_scan *scan = state;
    struct window *window = scan->window;
    __u32 line = window->line;
    __u32 at = window->at;
    __u64 feeds = 0;

    (void)index;
    for (__u32 word = 0; word < HTTP1_STEP / 8; word++) {
        feeds = line_feeds(window_word(window, at));
        if (feeds)
            break;
        at += 8;
    }
    if (feeds)
        at += first_marked(feeds);
    if (at >= window->size)
        return 1;
    window->at = at;
    if (!feeds)
        return 0;
    window->at = at + 1;
    window->line = at + 1;
    if (scan->head->phase == HTTP1_FIELDS && !(scan->head->flags & HTTP1_OVERLONG) &&
        !http1_may_matter(window_byte(window, line)))
        return 0;
    return http1_line(scan->head, window, line, at);
}

/* A line that is longer than what can be kept: only its name, or kind, is of interest. */
static __always_inline void http1_overlong(struct http1_head *head, const struct window *window)
{
    if (head->flags & HTTP1_OVERLONG)
        return;
    head->flags |= HTTP1_OVERLONG;
    if (head->phase == HTTP1_START_LINE) {
        if (!http1_begin(head, window, window->line) ||
            (!(head->flags & HTTP1_REQUEST) && !http1_status(head, window, window->line)))
            head->phase = HTTP1_NOT_HTTP;
    } else {
        http1_overlong_field(head, http1_name(window, window->line), window->line);
    }
}

/* What is left behind the last complete line waits for more. */
static __always_inline void http1_keep(struct http1_head *head, const struct window *window)
{
    __u32 rest = window->size - window->line;

    if (rest > HTTP1_KEEP) {
        http1_overlong(head, window);
        rest = HTTP1_KEEP_OVERLONG;
    }
    head->size += window->size - rest;
    head->kept = rest;
    copy_words(head->keep, window->bytes + ((window->size - rest) & (WINDOW_SIZE - 1)), HTTP1_KEEP);
}

/* Puts the kept bytes in front; new ones follow behind them. Returns how many there are. */
PROVEN_ONCE __u32 http1_resume(const struct http1_head *head, struct window *window)
{
    __u32 kept;

    if (!head || !window)
        return 0;
    kept = head->kept;
    if (kept > HTTP1_KEEP)
        kept = HTTP1_KEEP;
    if (kept)
        copy_words(window->bytes, head->keep, HTTP1_KEEP);
    return kept;
}

/* Reads a window of `size` bytes, of which the first `kept` came from http1_resume(). Returns how many
 * of the new bytes belong to the head: all, unless it ended (HTTP1_DONE, HTTP1_NOT_HTTP). */
PROVEN_ONCE __u32 http1_feed(struct http1_head *head, struct window *window, __u32 kept, __u32 size)
{
    struct http1_scan scan = {.head = head, .window = window};

    if (!head || !window)
        return 0;
    window->size = size;
    window->line = 0;
    window->at = kept & ~7U;
    repeat(WINDOW_SIZE, http1_step, &scan);
    if (head->phase == HTTP1_DONE || head->phase == HTTP1_NOT_HTTP) {
        head->size += window->line;
        head->kept = 0;
        return window->line - kept;
    }
    http1_keep(head, window);
    return size - kept;
}

/* What follows the head of a message. */
enum http1_body : __u8 {
    HTTP1_BODY_NONE,
    HTTP1_BODY_LENGTH,
    HTTP1_BODY_CHUNKED,
    HTTP1_BODY_UNTIL_CLOSE,
    HTTP1_BODY_UNKNOWN,
};

static __always_inline enum http1_body http1_request_body(const struct http1_head *head)
{
    if (head->flags & HTTP1_BAD_FRAMING)
        return HTTP1_BODY_UNKNOWN;
    if (head->flags & HTTP1_CHUNKED)
        return HTTP1_BODY_CHUNKED;
    return head->flags & HTTP1_LENGTH ? HTTP1_BODY_LENGTH : HTTP1_BODY_NONE;
}

/* `request_flags`: those of the request that this response answers. RFC 9112, 6.3. */
static __always_inline enum http1_body http1_response_body(const struct http1_head *head,
                                                           __u16 request_flags)
{
    if (request_flags & HTTP1_METHOD_HEAD || head->status < 200 || head->status == 204 ||
        head->status == 304)
        return HTTP1_BODY_NONE;
    if (head->flags & HTTP1_BAD_FRAMING)
        return HTTP1_BODY_UNTIL_CLOSE;
    if (head->flags & HTTP1_CHUNKED)
        return HTTP1_BODY_CHUNKED;
    return head->flags & HTTP1_LENGTH ? HTTP1_BODY_LENGTH : HTTP1_BODY_UNTIL_CLOSE;
}
