// SPDX-License-Identifier: Apache-2.0
/* Frames that are well formed, in any order: header blocks that nghttp2 encodes, in one frame or several, with
 * padding and priority, between data and everything else. What was read must not depend on what the fuzzer cannot
 * hit by chance. */
#include "http2_compare.h"
#include "fields.h"

#define STREAM_MAX (1 << 13)

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size);

struct output {
    uint8_t bytes[1 << 18];
    size_t size;
};

static void put(struct output *output, const void *bytes, size_t size)
{
    memcpy(output->bytes + output->size, bytes, size);
    output->size += size;
}

static void put_header(
    struct output *output, uint32_t size, uint8_t type, uint8_t flags, uint32_t stream)
{
    uint8_t header[] = {
        size >> 16,
        size >> 8,
        size,
        type,
        flags,
        stream >> 24,
        stream >> 16,
        stream >> 8,
        stream,
    };

    put(output, header, sizeof(header));
}

static void put_numbers(struct output *output, struct bytes *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        uint8_t number = take(bytes) & (i % 6 == 2 ? 0x7f : 0xff);

        put(output, &number, 1);
    }
}

/* DATA, or the first frame of a header block. */
static void put_padded(struct output *output,
                       struct bytes *bytes,
                       uint8_t type,
                       uint8_t flags,
                       uint32_t stream,
                       const uint8_t *content,
                       size_t size)
{
    static const uint8_t zeros[256];
    uint8_t padding = flags & HTTP2_PADDED ? take(bytes) : 0;
    size_t front = type == HTTP2_HEADERS && flags & HTTP2_HAS_PRIORITY ? 5
                   : type == HTTP2_PUSH_PROMISE                        ? 4
                                                                       : 0;

    put_header(output, size + front + padding + !!(flags & HTTP2_PADDED), type, flags, stream);
    if (flags & HTTP2_PADDED)
        put(output, &padding, 1);
    put_numbers(output, bytes, front);
    put(output, content, size);
    put(output, zeros, padding);
}

static void put_block(struct output *output,
                      struct bytes *bytes,
                      nghttp2_hd_deflater *deflater,
                      uint8_t flags,
                      uint32_t stream)
{
    static uint8_t block[1 << 16];
    size_t size = take_block(bytes, deflater, block, sizeof(block));
    uint8_t type = flags & 0x80 ? HTTP2_PUSH_PROMISE : HTTP2_HEADERS;
    size_t at = take(bytes) * 4;

    if (at >= size)
        at = size;
    flags &= HTTP2_END_STREAM | HTTP2_PADDED | HTTP2_HAS_PRIORITY;
    put_padded(
        output, bytes, type, flags | (at == size ? HTTP2_END_HEADERS : 0), stream, block, at);
    while (at < size) {
        size_t piece = bytes->size ? 1 + take(bytes) * 2 : HTTP2_FRAME_SIZE;

        if (piece > size - at)
            piece = size - at;
        put_header(
            output, piece, HTTP2_CONTINUATION, at + piece == size ? HTTP2_END_HEADERS : 0, stream);
        put(output, block + at, piece);
        at += piece;
    }
}

static void put_frame(struct output *output, struct bytes *bytes, nghttp2_hd_deflater *deflater)
{
    static const uint8_t data[8192];
    uint8_t what = take(bytes);
    uint8_t flags = take(bytes);
    uint32_t stream = 1 + 2 * (take(bytes) % 4);
    uint32_t size;

    switch (what % 12) {
    case 0:
    case 1:
    case 2:
    case 3:
        put_block(output, bytes, deflater, flags, stream);
        break;
    case 4:
    case 5:
        size = take(bytes) * 32;
        flags &= HTTP2_END_STREAM | HTTP2_PADDED;
        put_padded(output, bytes, HTTP2_DATA, flags, stream, data, size);
        break;
    case 6:
        size = take(bytes) % 3;
        put_header(output, 6 * size, HTTP2_SETTINGS, 0, 0);
        put_numbers(output, bytes, 6 * size);
        break;
    case 7:
        put_header(output, 0, HTTP2_SETTINGS, HTTP2_ACK, 0);
        break;
    case 8:
        put_header(output, 4, HTTP2_RST_STREAM, flags, stream);
        put_numbers(output, bytes, 4);
        break;
    case 9:
        size = 8 + flags % 32;
        put_header(output, size, HTTP2_GOAWAY, 0, 0);
        put_numbers(output, bytes, size);
        break;
    case 10:
        put_header(output, 4, HTTP2_WINDOW_UPDATE, 0, flags & 1 ? stream : 0);
        put_numbers(output, bytes, 4);
        break;
    default:
        put_header(output, 8, flags & 1 ? HTTP2_PING : 0xbe, flags, 0);
        put_numbers(output, bytes, 8);
        break;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size)
{
    static struct output output;
    struct bytes bytes = {input, size};
    nghttp2_hd_deflater *deflater;
    const struct text *text;

    output.size = 0;
    must(!nghttp2_hd_deflate_new(&deflater, 4096), "no memory");
    put_header(&output, 0, HTTP2_SETTINGS, 0, 0);
    while (bytes.size && output.size < STREAM_MAX)
        put_frame(&output, &bytes, deflater);
    nghttp2_hd_deflate_del(deflater);
    text = frames_compare(output.bytes, output.size);
    must(text->full || text->size > 0, "nothing was read");
    return 0;
}
