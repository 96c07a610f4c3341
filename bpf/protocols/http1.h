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
 * Transfer-Encoding, Upgrade, W3C and B3 context, and where the values of fields stand that the user
 * named. Everything else is user space's work. */
#pragma once
#include "http1_field.h"
#include "http1_start.h"
#include "tls.h"

#define HTTP1_KEEP_OVERLONG                                                                        \
    24                 /* the version of a request line; white space that is no part of a value */
#define HTTP1_STEP 128 /* bytes: nearly every line is shorter */

struct http1_scan {
    struct http1_head *head;
    struct window *window;
};

/* One complete line: it starts at `line`, its line feed is at `feed`. True when the head ends. */
PROVEN_ONCE bool http1_line(struct http1_head *head, struct window *window, __u32 line, __u32 feed)
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
        http1_settle_context(head);
        return true;
    }
    if (head->phase == HTTP1_START_LINE) {
        bool good = http1_start_line(head, window, line, end - line);

        head->flags &= ~HTTP1_OVERLONG;
        head->phase = good                                         ? HTTP1_FIELDS
                      : http1_is_preface(window, line, end - line) ? HTTP1_PREFACE
                                                                   : HTTP1_NOT_HTTP;
        return !good;
    }
    if (overlong) {
        head->flags &= ~HTTP1_OVERLONG;
        http1_overlong_rest(head, window, line, end, false);
        return false;
    }
    name = http1_name(window, line);
    if (feed - line > HTTP1_KEEP) {
        http1_overlong_field(head, window, name, line, end, false);
        return false;
    }
    http1_field(head, window, name, line, end);
    if (header_rule_may_start(window_byte(window, line)))
        http1_named(head, window, line, end);
    if (name != HTTP1_NAME_OTHER && name != HTTP1_NAME_NONE)
        head->behind_at = head->size + feed + 1;
    return false;
}

#define HTTP1_LETTER(letter) (1U << ((letter) & 31))
#define HTTP1_LETTERS                                                                              \
    (HTTP1_LETTER('t') | HTTP1_LETTER('c') | HTTP1_LETTER('u') | HTTP1_LETTER('b') |               \
     HTTP1_LETTER('x'))

/* By its first letter: a field that is read, what continues one, or the blank line. Most lines end here. */
static __always_inline bool http1_may_matter(__u8 first)
{
    if (first < 'A')
        return first == '\r' || first == '\n' || http1_is_space(first);
    return (HTTP1_LETTERS | header_rules.letters) >> (first & 31) & 1;
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

/* A line that is longer than what can be kept, in the window up to `end`: its name, or kind, is of
 * interest. */
static __always_inline void http1_overlong(struct http1_head *head,
                                           struct window *window,
                                           __u32 end)
{
    if (head->flags & HTTP1_OVERLONG)
        return http1_overlong_rest(head, window, window->line, end, true);
    head->flags |= HTTP1_OVERLONG;
    head->overlong = HTTP1_NAME_OTHER;
    if (head->phase == HTTP1_START_LINE) {
        if (!http1_begin(head, window, window->line) ||
            (!(head->flags & HTTP1_REQUEST) && !http1_status(head, window, window->line)))
            head->phase = HTTP1_NOT_HTTP;
    } else {
        head->overlong = http1_name(window, window->line);
        http1_overlong_field(head, window, head->overlong, window->line, end, true);
    }
}

/* What is left behind the last complete line waits for more. */
static __always_inline void http1_keep(struct http1_head *head, struct window *window)
{
    __u32 rest = window->size - window->line;

    if (head->phase == HTTP1_START_LINE && !(head->flags & HTTP1_OVERLONG) &&
        rest >= HTTP1_METHOD_MAX && !http1_is_version(window_word(window, window->line)) &&
        !http1_is_method(window, window->line))
        head->phase = HTTP1_NOT_HTTP; /* no need to wait for the end of the line */
    if (rest > HTTP1_KEEP) {
        http1_overlong(head, window, window->size - HTTP1_KEEP_OVERLONG);
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

/* It begins as TLS does: waits until there is enough of it to be sure. */
static __always_inline void http1_secured(struct http1_head *head,
                                          const struct window *window,
                                          __u32 size)
{
    if (size >= TLS_HELLO_SIZE) {
        head->phase = tls_is_hello(window) ? HTTP1_TLS : HTTP1_NOT_HTTP;
        return;
    }
    head->kept = size;
    copy_words(head->keep, window->bytes, HTTP1_KEEP);
}

/* Reads a window of `size` bytes, of which the first `kept` came from http1_resume(). Returns how many
 * of the new bytes belong to the head: all, unless it ended (HTTP1_DONE and those behind it). */
PROVEN_ONCE __u32 http1_feed(struct http1_head *head, struct window *window, __u32 kept, __u32 size)
{
    struct http1_scan scan = {.head = head, .window = window};

    if (!head || !window)
        return 0;
    window->size = size;
    window->line = 0;
    window->found = 0;
    window->at = kept & ~7U;
    if (head->phase == HTTP1_START_LINE && !head->size && tls_may_begin(window, size)) {
        http1_secured(head, window, size);
        return size - kept;
    }
    repeat(WINDOW_SIZE, http1_step, &scan);
    if (head->phase >= HTTP1_DONE) {
        head->size += window->line;
        head->kept = 0;
        return window->line - kept;
    }
    http1_keep(head, window);
    return size - kept;
}
