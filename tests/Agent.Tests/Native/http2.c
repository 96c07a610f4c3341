// SPDX-License-Identifier: Apache-2.0
/* The parsers of HTTP/2 as a program, for the tests beside this file.
 *
 *   http2 blocks FILE   header blocks of one direction, each behind its size (two bytes, the higher one first),
 *                       and prints what was read. They are read whole, byte by byte and cut in two at every
 *                       place, each time beside nghttp2; the result must not change.
 *   http2 frames REQUESTS RESPONSES   reads what each side of a connection sent, whole, byte by byte and cut in
 *                       two at every place, and prints what was read; the result must not change.
 *   http2 looks         reads segments from standard input, each behind its size, and prints for each whether
 *                       frames of HTTP/2 begin with it. */
#include "hpack_reference.h"
#include "http2_pieces.h"

#define FILE_MAX (1 << 16)
#define BLOCKS_TEXT (1 << 14)

struct file {
    __u8 bytes[FILE_MAX];
    size_t size;
};

static const char *const kinds[] = {
    [HPACK_OTHER] = "other",
    [HPACK_CONTENT_LENGTH] = "content-length",
    [HTTP1_NAME_TRACEPARENT] = "traceparent",
    [HTTP1_NAME_TRACESTATE] = "tracestate",
    [HTTP1_NAME_BAGGAGE] = "baggage",
    [HTTP1_NAME_B3] = "b3",
    [HTTP1_NAME_B3_TRACE_ID] = "x-b3-traceid",
    [HTTP1_NAME_B3_SPAN_ID] = "x-b3-spanid",
    [HTTP1_NAME_B3_PARENT_ID] = "x-b3-parentspanid",
    [HTTP1_NAME_B3_SAMPLED] = "x-b3-sampled",
    [HTTP1_NAME_B3_FLAGS] = "x-b3-flags",
    [HPACK_METHOD] = ":method",
    [HPACK_PATH] = ":path",
    [HPACK_AUTHORITY] = ":authority",
    [HPACK_SCHEME] = ":scheme",
    [HPACK_STATUS] = ":status",
    [HPACK_HOST] = "host",
    [HPACK_CONTENT_TYPE] = "content-type",
    [HPACK_GRPC_STATUS] = "grpc-status",
    [HPACK_GRPC_MESSAGE] = "grpc-message",
    [HPACK_USER_AGENT] = "user-agent",
    [HPACK_FORWARDED] = "forwarded",
    [HPACK_FORWARDED_FOR] = "x-forwarded-for",
    [HPACK_FORWARDED_HOST] = "x-forwarded-host",
    [HPACK_FORWARDED_PROTO] = "x-forwarded-proto",
    [HPACK_UNKNOWN] = "unknown",
};

static void load(struct file *file, const char *path)
{
    FILE *stream = fopen(path, "rb");

    must(stream != NULL, path);
    file->size = fread(file->bytes, 1, FILE_MAX, stream);
    fclose(stream);
}

static void print_field(const struct hpack *hpack, void *context)
{
    FILE *text = context;

    fprintf(text, "%s (%u + %u)", kinds[hpack->kind], hpack->name_size, hpack->value_size);
    if (hpack_is_wanted(hpack))
        fprintf(text, ": %.*s", (int)hpack->value_size, hpack->bytes + hpack->value_at);
    fprintf(text, "\n");
}

static void print_blocks(const struct file *file, struct pieces pieces, char *result)
{
    FILE *text = fmemopen(result, BLOCKS_TEXT, "w");
    static struct hpack_pair pair;
    size_t at = 0;

    pair_begin(&pair, false);
    pair.each = print_field;
    pair.context = text;
    while (at + 2 <= file->size) {
        size_t size = file->bytes[at] << 8 | file->bytes[at + 1];

        at += 2;
        must(size <= file->size - at, "the file is cut");
        if (!pair_read(&pair, file->bytes + at, size, pieces)) {
            fprintf(text, "not valid\n");
            break;
        }
        fprintf(text,
                "list: %u, table: %u entries, %u of %u bytes\n\n",
                pair.hpack.list_size,
                pair.hpack.known,
                pair.hpack.size,
                pair.hpack.max_size);
        at += size;
    }
    pair_end(&pair);
    fclose(text);
}

static void compare_blocks(const struct file *file, struct pieces pieces, const char *whole)
{
    static char text[BLOCKS_TEXT];

    print_blocks(file, pieces, text);
    if (strcmp(text, whole)) {
        printf("%sbut in pieces of %u:\n%s", whole, pieces.sizes[0], text);
        exit(1);
    }
}

static int report_blocks(const char *path)
{
    static char whole[BLOCKS_TEXT];
    static struct file file;

    load(&file, path);
    print_blocks(&file, pieces_whole(), whole);
    for (__u32 cut = 1; cut < file.size; cut++)
        compare_blocks(&file, pieces_two(cut), whole);
    compare_blocks(&file, pieces_bytes(), whole);
    printf("%s", whole);
    return 0;
}

static void read_side(const struct file *file,
                      enum http2_entry entry,
                      struct pieces pieces,
                      struct text *text)
{
    static struct http2 http2;

    http2_begin(&http2, entry, entry == HTTP2_FROM_PREFACE ? HEADER_REQUEST : HEADER_RESPONSE);
    frames_read(&http2, file->bytes, file->size, pieces, text);
    must(!text->full, "more text than expected");
}

static void compare_side(const struct file *file,
                         enum http2_entry entry,
                         struct pieces pieces,
                         const struct text *whole)
{
    static struct text text;

    read_side(file, entry, pieces, &text);
    if (text.size == whole->size && !memcmp(text.bytes, whole->bytes, text.size))
        return;
    printf("%.*sbut in pieces of %u:\n%.*s",
           whole->size,
           whole->bytes,
           pieces.sizes[0],
           text.size,
           text.bytes);
    exit(1);
}

static int report_frames(const char *path, enum http2_entry entry)
{
    static struct text whole;
    static struct file file;

    load(&file, path);
    read_side(&file, entry, (struct pieces){.sizes = {HTTP2_LINE}, .count = 1}, &whole);
    for (__u32 cut = 1; cut < file.size && cut < HTTP2_LINE; cut++)
        compare_side(&file, entry, pieces_two(cut), &whole);
    compare_side(&file, entry, pieces_bytes(), &whole);
    printf("%s\n%.*s",
           entry == HTTP2_FROM_PREFACE ? "requests" : "responses",
           whole.size,
           whole.bytes);
    return 0;
}

static int report_looks(void)
{
    static struct window window;
    static struct file file;
    __u32 size;

    while (fread(&size, sizeof(size), 1, stdin) == 1) {
        __u32 in_window = size < WINDOW_SIZE ? size : WINDOW_SIZE;

        must(size <= FILE_MAX && fread(file.bytes, 1, size, stdin) == size, "the input is cut");
        window_soil(&window);
        memcpy(window.bytes, file.bytes, in_window);
        printf("%s\n", http2_looks_like(&window, in_window, size) ? "yes" : "no");
    }
    return 0;
}

int main(int argc, char **argv)
{
    if (argc == 3 && !strcmp(argv[1], "blocks"))
        return report_blocks(argv[2]);
    if (argc == 4 && !strcmp(argv[1], "frames"))
        return report_frames(argv[2], HTTP2_FROM_PREFACE) ||
               report_frames(argv[3], HTTP2_FROM_SETTINGS);
    if (argc == 2 && !strcmp(argv[1], "looks"))
        return report_looks();
    fprintf(stderr, "usage: http2 blocks FILE | http2 frames REQUESTS RESPONSES | http2 looks\n");
    return 2;
}
