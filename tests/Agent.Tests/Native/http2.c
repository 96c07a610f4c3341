// SPDX-License-Identifier: Apache-2.0
/* The parsers of HTTP/2 as a program, for the tests beside this file.
 *
 *   http2 blocks FILE   header blocks of one direction, each behind its size (two bytes, the higher one first),
 *                       and prints what was read. They are read whole, byte by byte and cut in two at every
 *                       place, each time beside nghttp2; the result must not change.
 *   http2 looks         reads segments from standard input, each behind its size, and prints for each whether
 *                       frames of HTTP/2 begin with it. */
#include "hpack_reference.h"
#include "protocols/http2.h"

#define FILE_MAX (1 << 16)
#define TEXT_MAX (1 << 14)

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
    FILE *text = fmemopen(result, TEXT_MAX, "w");
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
    static char text[TEXT_MAX];

    print_blocks(file, pieces, text);
    if (strcmp(text, whole)) {
        printf("%sbut in pieces of %u:\n%s", whole, pieces.sizes[0], text);
        exit(1);
    }
}

static int report_blocks(const char *path)
{
    static char whole[TEXT_MAX];
    static struct file file;

    load(&file, path);
    print_blocks(&file, pieces_whole(), whole);
    for (__u32 cut = 1; cut < file.size; cut++)
        compare_blocks(&file, pieces_two(cut), whole);
    compare_blocks(&file, pieces_bytes(), whole);
    printf("%s", whole);
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
    if (argc == 2 && !strcmp(argv[1], "looks"))
        return report_looks();
    fprintf(stderr, "usage: http2 blocks FILE | http2 looks\n");
    return 2;
}
