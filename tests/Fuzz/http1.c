// SPDX-License-Identifier: Apache-2.0
/* A head must read the same however it is cut, and what it says must be found in its bytes. */
#include "pieces.h"
#include "reference.h"

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size);

static void check_same(const struct http1_head *whole, const struct http1_head *cut)
{
    must(whole->phase == cut->phase, "cutting changes what it is");
    if (whole->phase > HTTP1_DONE)
        return;
    must((whole->flags ^ cut->flags) == 0, "cutting changes the flags");
    must(whole->status == cut->status, "cutting changes the status");
    if (whole->flags & HTTP1_LENGTH)
        must(whole->content_length == cut->content_length, "cutting changes the length");
    if (whole->flags & HTTP1_CONTEXT)
        must(whole->context_at == cut->context_at &&
                 !memcmp(&whole->context, &cut->context, sizeof(whole->context)),
             "cutting changes the context");
    must(!memcmp(&whole->b3, &cut->b3, offsetof(struct b3, trace_id)), "cutting changes B3");
    if (whole->phase == HTTP1_DONE)
        must(whole->size == cut->size && whole->blank_at == cut->blank_at,
             "cutting changes the end");
}

static void check_done(const struct http1_head *head, const __u8 *bytes, __u32 used)
{
    const __u8 *blank = bytes + head->blank_at;

    must(head->size == used, "the size is not what was taken");
    must(head->blank_at > 0 && head->blank_at < used, "the blank line is outside");
    must(blank[-1] == '\n', "the blank line does not start a line");
    must(used - head->blank_at == 1 ? blank[0] == '\n' : !memcmp(blank, "\r\n", 2),
         "the blank line is not blank");
    must(used - head->blank_at <= 2, "the blank line is not the last one");
}

static void check_context(const struct http1_head *head, const __u8 *bytes, __u32 used)
{
    struct span_context expected = {};
    __u32 size = 0;

    must(head->context_at < used, "the context is outside");
    while (head->context_at + size < used && !memchr("\r\n", bytes[head->context_at + size], 2))
        size++;
    while (size && memchr(" \t", bytes[head->context_at + size - 1], 2))
        size--;
    must(reference_traceparent(bytes + head->context_at, size, &expected),
         "no valid context where it should be");
    must(!memcmp(&head->context, &expected, sizeof(expected)), "read as another context");
}

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size)
{
    static struct list whole_list, cut_list;
    struct http1_head whole, cut;
    __u32 used = head_read(&whole, input, size, pieces_whole(), &whole_list);

    head_read(&cut, input, size, pieces_random(input, size, PIECE_MAX), &cut_list);
    check_same(&whole, &cut);
    /* Of one window only so many finds are reported. */
    if (whole.phase == HTTP1_DONE && cut_list.finds < WINDOW_FINDS)
        must(whole_list.size == cut_list.size &&
                 !memcmp(whole_list.bytes, cut_list.bytes, cut_list.size),
             "cutting changes the baggage");
    if (whole.phase == HTTP1_DONE)
        check_done(&whole, input, used);
    if (whole.phase != HTTP1_NOT_HTTP && whole.context_at)
        check_context(&whole, input, used);
    return 0;
}
