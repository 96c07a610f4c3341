// SPDX-License-Identifier: Apache-2.0
/* The parsers of bpf/protocols as a program, for the tests beside this file.
 *
 *   parsers messages REQUESTS RESPONSES   reads two files, what each side of a connection sent, message by
 *                                         message, and prints what was read. Each file is read whole, byte
 *                                         by byte and cut in two at every place; the result must not change.
 *   parsers heads                         reads heads from standard input, each behind its size, and prints
 *                                         one line for each. */
#include "pieces.h"
#include "text.h"

#define FILE_MAX (1 << 20)
#define MESSAGES_MAX 16

/* The flags of the requests, in order: a response is framed by its request. */
struct requests {
    __u16 flags[MESSAGES_MAX];
    __u32 count;
};

struct side {
    const __u8 *bytes;
    __u32 size;
    const struct requests *answered; /* NULL: this side sends requests */
    struct requests sent;
};

static void print_flags(struct text *text, __u16 flags)
{
    static const char *const names[] = {
        "request",
        "version_0",
        "method_head",
        "method_connect",
        "upgrade",
        "chunked",
        "length",
        "bad_framing",
        "context",
        "bad_context",
        "overlong",
        "tracestate",
        "baggage",
        "undecided",
        "cut_tracestate",
        "cut_baggage",
    };

    for (__u32 i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (flags >> i & 1)
            print(text, " %s", names[i]);
}

static const char *phase_name(enum http1_phase phase)
{
    switch (phase) {
    case HTTP1_START_LINE:
        return "start_line";
    case HTTP1_FIELDS:
        return "fields";
    case HTTP1_DONE:
        return "done";
    case HTTP1_NOT_HTTP:
        return "not_http";
    case HTTP1_PREFACE:
        return "preface";
    case HTTP1_TLS:
        return "tls";
    }
    return "?";
}

static struct list baggage;

/* FNV-1a: a list may be long. */
static void print_baggage(struct text *text, const char *separator)
{
    __u64 hash = 0xcbf29ce484222325ULL;

    if (!baggage.size)
        return;
    for (__u32 i = 0; i < baggage.size; i++)
        hash = (hash ^ baggage.bytes[i]) * 0x100000001b3ULL;
    print(text, "%sbaggage: %u %016llx", separator, baggage.size, hash);
}

/* Bytes that are not HTTP have no other properties. */
static void print_head(struct text *text, const struct http1_head *head, const char *separator)
{
    print(text, "phase: %s", phase_name(head->phase));
    if (head->phase > HTTP1_DONE)
        return;
    print(text, "%sflags:", separator);
    print_flags(text, head->flags);
    if (head->status)
        print(text, "%sstatus: %u", separator, head->status);
    if ((head->flags & (HTTP1_LENGTH | HTTP1_BAD_FRAMING)) == HTTP1_LENGTH)
        print(text, "%scontent_length: %llu", separator, head->content_length);
    if (head->phase == HTTP1_DONE) {
        print(text, "%ssize: %u", separator, head->size);
        print(text, "%sblank_at: %u", separator, head->blank_at);
        print_baggage(text, separator);
    }
    if (head->flags & HTTP1_CONTEXT) {
        print(text, "%scontext_at: %u", separator, head->context_at);
        print(text, "%scontext: ", separator);
        print_context(text, &head->context);
    }
    if (head->b3.seen)
        print(text, "%sb3: %02x", separator, head->b3.seen);
}

/* Of the request that a response answers. */
static __u16 request_flags(const struct side *side, __u32 index)
{
    return side->answered && index < side->answered->count ? side->answered->flags[index] : 0;
}

static bool opens_tunnel(const struct http1_head *head, __u16 request_flags)
{
    return head->status == 101 || (head->status / 100 == 2 && request_flags & HTTP1_METHOD_CONNECT);
}

static __u64 read_chunks(struct text *text, const struct side *side, __u32 at, struct pieces pieces)
{
    struct chunked chunked;
    __u64 used = chunks_read(&chunked, side->bytes + at, side->size - at, pieces);

    if (chunked.phase == CHUNKED_BAD) {
        print(text, "body: chunked, bad\n");
        return side->size - at;
    }
    print(text,
          "body: chunked, data %llu, on the wire %llu%s\n",
          chunked.total,
          used,
          chunked.phase == CHUNKED_DONE ? "" : ", not ended");
    return used;
}

static __u64 read_body(struct text *text,
                       const struct side *side,
                       __u32 at,
                       enum http1_body body,
                       __u64 length,
                       struct pieces pieces)
{
    switch (body) {
    case HTTP1_BODY_NONE:
        print(text, "body: none\n");
        return 0;
    case HTTP1_BODY_LENGTH:
        print(text, "body: length\n");
        return length;
    case HTTP1_BODY_CHUNKED:
        return read_chunks(text, side, at, pieces);
    case HTTP1_BODY_UNTIL_CLOSE:
        print(text, "body: until close\n");
        break;
    case HTTP1_BODY_UNKNOWN:
        print(text, "body: unknown\n");
        break;
    }
    return side->size - at;
}

/* All messages of one side; what follows bytes that are not HTTP, or a body without a known end, is not
 * looked at. */
static void read_messages(struct text *text, struct side *side, struct pieces pieces)
{
    __u32 answers = 0;
    __u64 at = 0;

    text->size = 0;
    side->sent.count = 0;
    while (at < side->size) {
        struct http1_head head;
        __u16 flags = request_flags(side, answers);

        at += head_read(&head, side->bytes + at, side->size - at, pieces, &baggage);
        print_head(text, &head, "\n");
        print(text, "\n");
        if (head.phase != HTTP1_DONE)
            return;
        must(side->sent.count < MESSAGES_MAX, "more messages than expected");
        side->sent.flags[side->sent.count++] = head.flags;
        if (opens_tunnel(&head, flags)) {
            print(text, "body: tunnel\n");
            return;
        }
        if (head.status >= 200)
            answers++;
        at += read_body(text,
                        side,
                        at,
                        side->answered ? http1_response_body(&head, flags)
                                       : http1_request_body(&head),
                        head.content_length,
                        pieces);
    }
    if (at > side->size)
        print(text, "missing: %llu\n", at - side->size);
}

static void read_side(struct text *text, struct side *side, struct pieces pieces)
{
    read_messages(text, side, pieces);
    must(!text->full, "more text than expected");
}

static void compare(const struct text *whole, struct side *side, struct pieces pieces, __u32 cut)
{
    static struct text text;

    read_side(&text, side, pieces);
    if (text.size == whole->size && !memcmp(text.bytes, whole->bytes, text.size))
        return;
    printf("%.*sbut cut at %u:\n%.*s", whole->size, whole->bytes, cut, text.size, text.bytes);
    exit(1);
}

static void report_side(struct side *side, const char *name)
{
    static struct text whole;

    read_side(&whole, side, pieces_whole());
    for (__u32 cut = 1; cut < side->size && cut <= PIECE_MAX; cut++)
        compare(&whole, side, pieces_two(cut), cut);
    compare(&whole, side, pieces_bytes(), 0);
    printf("%s\n%.*s", name, whole.size, whole.bytes);
}

static void load_side(struct side *side, const char *path)
{
    __u8 *bytes = malloc(FILE_MAX);
    FILE *file = fopen(path, "rb");

    must(bytes && file, path);
    side->size = fread(bytes, 1, FILE_MAX, file);
    side->bytes = realloc(bytes, side->size + 1); /* so that the sanitizer sees where it ends */
    fclose(file);
}

static int report_messages(const char *request_path, const char *response_path)
{
    struct side requests = {}, responses = {.answered = &requests.sent};

    load_side(&requests, request_path);
    load_side(&responses, response_path);
    report_side(&requests, "requests");
    report_side(&responses, "responses");
    free((void *)requests.bytes);
    free((void *)responses.bytes);
    return 0;
}

static bool read_head(__u8 *bytes, __u32 *size)
{
    if (fread(size, sizeof(*size), 1, stdin) != 1)
        return false;
    must(*size <= FILE_MAX && fread(bytes, 1, *size, stdin) == *size, "the input is cut");
    return true;
}

static int report_heads(void)
{
    __u8 *bytes = malloc(FILE_MAX);
    static struct text whole, cut;
    __u32 size;

    must(bytes, "no memory");
    while (read_head(bytes, &size)) {
        struct http1_head head;

        whole.size = cut.size = 0;
        head_read(&head, bytes, size, pieces_whole(), &baggage);
        print_head(&whole, &head, ", ");
        head_read(&head, bytes, size, pieces_random(bytes, size, PIECE_MAX), &baggage);
        print_head(&cut, &head, ", ");
        must(!whole.full && !cut.full, "more text than expected");
        printf("%.*s", whole.size, whole.bytes);
        if (whole.size != cut.size || memcmp(whole.bytes, cut.bytes, whole.size))
            printf(", but in pieces: %.*s", cut.size, cut.bytes);
        printf("\n");
    }
    free(bytes);
    return 0;
}

int main(int argc, char **argv)
{
    if (argc == 4 && !strcmp(argv[1], "messages"))
        return report_messages(argv[2], argv[3]);
    if (argc == 2 && !strcmp(argv[1], "heads"))
        return report_heads();
    fprintf(stderr, "usage: parsers messages REQUESTS RESPONSES | parsers heads\n");
    return 2;
}
