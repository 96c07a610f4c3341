// SPDX-License-Identifier: Apache-2.0
/* Frames of HTTP/2 read the slow way, all bytes at once: written from RFC 9113, header blocks by nghttp2. */
#pragma once
#include <nghttp2/nghttp2.h>
#include "http2_pieces.h"
#include "reference.h"

#define BLOCK_MAX (1 << 16)

struct reference {
    const __u8 *bytes;
    size_t size;
    size_t at;
    nghttp2_hd_inflater *inflater;
    struct http2_settings settings;
    bool in_block;
    struct text *text;
};

struct reference_frame {
    const __u8 *payload;
    __u32 size;
    __u32 stream;
    __u8 type;
    __u8 flags;
};

enum reference_is {
    REFERENCE_IS_BAD = -1,
    REFERENCE_IS_MORE, /* the bytes end */
    REFERENCE_IS_GOOD,
};

static inline __u32 reference_u32(const __u8 *bytes)
{
    return (__u32)bytes[0] << 24 | bytes[1] << 16 | bytes[2] << 8 | bytes[3];
}

static inline bool name_is(const nghttp2_nv *field, const char *name)
{
    return strlen(name) == field->namelen && !memcmp(name, field->name, field->namelen);
}

static inline __u16 size_of(const nghttp2_nv *field)
{
    return field->valuelen < 0xffff ? field->valuelen : 0xffff;
}

static inline void keep_text(__u8 *to, __u32 room, __u16 *size, const nghttp2_nv *field)
{
    memcpy(to, field->value, field->valuelen < room ? field->valuelen : room);
    *size = size_of(field);
}

static inline __u32 digits_of(const nghttp2_nv *field, __u32 most, __u32 otherwise)
{
    __u32 number = 0;

    if (!field->valuelen || field->valuelen > most)
        return otherwise;
    for (size_t i = 0; i < field->valuelen; i++) {
        if (field->value[i] < '0' || field->value[i] > '9')
            return otherwise;
        number = number * 10 + field->value[i] - '0';
    }
    return number;
}

static inline bool says_b3(const nghttp2_nv *field, const __u8 *value, __u32 size)
{
    if (name_is(field, "b3") || name_is(field, "x-b3-traceid") || name_is(field, "x-b3-spanid") ||
        name_is(field, "x-b3-sampled"))
        return true;
    if (name_is(field, "x-b3-flags"))
        return field->valuelen > HPACK_VALUE || (size == 1 && *value == '1');
    return name_is(field, "x-b3-parentspanid") && field->valuelen > HPACK_VALUE;
}

/* The value without spaces and tabs around it, as many as the parser takes away. */
static inline const __u8 *trimmed(const nghttp2_nv *field, __u32 *size)
{
    const __u8 *at = field->value;

    *size = field->valuelen;
    for (__u32 i = 0; i < HTTP1_WHITE_SPACE_MAX && *size && memchr(" \t", *at, 2); i++) {
        at++;
        --*size;
    }
    for (__u32 i = 0; i < HTTP1_WHITE_SPACE_MAX && *size && memchr(" \t", at[*size - 1], 2); i++)
        --*size;
    return at;
}

/* True: a field that is shown as a line. */
static inline bool reference_line(const nghttp2_nv *field, struct http2_fields *fields)
{
    static const char *const names[] = {
        "user-agent",
        "forwarded",
        "x-forwarded-for",
        "x-forwarded-host",
        "x-forwarded-proto",
    };
    size_t size = field->namelen + 2 + field->valuelen + 2;

    for (__u32 i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        __u8 *to = fields->lines + fields->lines_size;

        if (!name_is(field, names[i]))
            continue;
        if (field->valuelen > HTTP2_LINE_VALUE || fields->lines_size + size > HTTP2_LINES)
            return true;
        memcpy(to, names[i], field->namelen);
        memcpy(to + field->namelen, ": ", 2);
        memcpy(to + field->namelen + 2, field->value, field->valuelen);
        memcpy(to + size - 2, "\r\n", 2);
        fields->lines_size += size;
        return true;
    }
    return false;
}

static inline void reference_take(const nghttp2_nv *field,
                                  struct http2_fields *fields,
                                  struct http1_head *head,
                                  __u32 *contexts,
                                  struct text *text)
{
    __u32 size;
    const __u8 *value = trimmed(field, &size);

    if (reference_line(field, fields))
        return;
    if (name_is(field, ":method")) {
        __u16 method_size;

        keep_text(fields->method, HTTP2_METHOD, &method_size, field);
        fields->method_size = method_size;
        if (field->valuelen == 4 && !memcmp(field->value, "HEAD", 4))
            head->flags |= HTTP1_METHOD_HEAD;
        if (field->valuelen == 7 && !memcmp(field->value, "CONNECT", 7))
            head->flags |= HTTP1_METHOD_CONNECT;
    } else if (name_is(field, ":path")) {
        keep_text(fields->path, HTTP2_PATH, &fields->path_size, field);
    } else if (name_is(field, ":scheme")) {
        keep_text(fields->scheme, HTTP2_SCHEME, &fields->scheme_size, field);
    } else if (name_is(field, ":authority")) {
        keep_text(fields->authority, HTTP2_AUTHORITY, &fields->authority_size, field);
        fields->seen |= HTTP2_HAS_AUTHORITY;
    } else if (name_is(field, "host") && !(fields->seen & HTTP2_HAS_AUTHORITY)) {
        keep_text(fields->authority, HTTP2_AUTHORITY, &fields->authority_size, field);
    } else if (name_is(field, "content-type")) {
        keep_text(fields->content_type, HTTP2_CONTENT_TYPE, &fields->content_type_size, field);
    } else if (name_is(field, "grpc-message")) {
        keep_text(fields->grpc_message, HTTP2_GRPC_MESSAGE, &fields->grpc_message_size, field);
    } else if (name_is(field, ":status")) {
        fields->seen |= HTTP2_HAS_STATUS;
        head->status = digits_of(field, 3, 0);
    } else if (name_is(field, "grpc-status")) {
        fields->seen |= HTTP2_HAS_GRPC_STATUS;
        fields->grpc_status = digits_of(field, 4, 0xffff);
    } else if (name_is(field, "traceparent")) {
        if (++*contexts > 1 || field->valuelen > HPACK_VALUE ||
            !reference_traceparent(value, size, &head->context))
            head->flags |= HTTP1_BAD_CONTEXT;
    } else if (says_b3(field, value, size)) {
        head->b3.seen = 1;
    } else if (field->valuelen <= HPACK_VALUE && name_is(field, "tracestate")) {
        print_find(text, HTTP1_FIND_TRACESTATE, 0, value, size);
    } else if (field->valuelen <= HPACK_VALUE && name_is(field, "baggage")) {
        print_find(text, HTTP1_FIND_BAGGAGE, 0, value, size);
    }
}

static inline bool reference_block(struct reference *reference,
                                   const __u8 *block,
                                   size_t size,
                                   struct text *line)
{
    static struct text found;
    struct http2_fields fields = {};
    struct http1_head head = {};
    __u32 contexts = 0, list = 0;
    nghttp2_nv field;

    found.size = 0;
    found.full = false;
    for (;;) {
        int flags = 0;
        ssize_t used = nghttp2_hd_inflate_hd2(reference->inflater, &field, &flags, block, size, 1);

        if (used < 0)
            return false;
        block += used;
        size -= used;
        if (flags & NGHTTP2_HD_INFLATE_EMIT) {
            list += field.namelen + field.valuelen + 32;
            reference_take(&field, &fields, &head, &contexts, &found);
        } else if (flags & NGHTTP2_HD_INFLATE_FINAL) {
            nghttp2_hd_inflate_end_headers(reference->inflater);
            break;
        } else if (!used) {
            return false;
        }
    }
    if (contexts == 1 && !(head.flags & HTTP1_BAD_CONTEXT))
        head.flags |= HTTP1_CONTEXT;
    print(reference->text,
          "%.*s%.*s list %u",
          found.size,
          found.bytes,
          line->size,
          line->bytes,
          list);
    print_fields(reference->text, &fields, &head);
    return true;
}

static inline enum reference_is reference_frame(struct reference *reference,
                                                struct reference_frame *frame)
{
    const __u8 *at = reference->bytes + reference->at;

    if (reference->size - reference->at < 9)
        return REFERENCE_IS_MORE;
    frame->size = at[0] << 16 | at[1] << 8 | at[2];
    frame->type = at[3];
    frame->flags = at[4];
    frame->stream = reference_u32(at + 5) & 0x7fffffff;
    frame->payload = at + 9;
    reference->at += 9;
    if (frame->size > 16384)
        return REFERENCE_IS_BAD;
    return REFERENCE_IS_GOOD;
}

/* What stands before the content and behind it. `skip`: bytes in front of it, beside the padding length. */
static inline enum reference_is reference_content(struct reference *reference,
                                                  struct reference_frame *frame,
                                                  __u32 skip,
                                                  const __u8 **content,
                                                  __u32 *size)
{
    __u32 front = skip + (frame->flags & 8 ? 1 : 0);
    __u32 padding;

    if (front > frame->size)
        return REFERENCE_IS_BAD;
    if (reference->size - reference->at < front)
        return REFERENCE_IS_MORE;
    padding = frame->flags & 8 ? frame->payload[0] : 0;
    if (front + padding > frame->size)
        return REFERENCE_IS_BAD;
    *content = frame->payload + front;
    *size = frame->size - front - padding;
    return REFERENCE_IS_GOOD;
}

static inline enum reference_is reference_headers(struct reference *reference,
                                                  struct reference_frame *frame)
{
    static __u8 block[1 << 18];
    static struct text line;
    __u8 flags = frame->flags;
    bool promise = frame->type == 5;
    __u32 stream = frame->stream;
    const __u8 *content;
    __u32 block_size = 0, size;
    enum reference_is is;

    is = reference_content(reference, frame, promise ? 4 : flags & 0x20 ? 5 : 0, &content, &size);
    if (is != REFERENCE_IS_GOOD)
        return is;
    line.size = 0;
    line.full = false;
    print(&line, "%s of %u", promise ? "promise" : "headers", stream);
    if (promise)
        print(&line, " for %u", reference_u32(content - 4) & 0x7fffffff);
    for (;;) {
        reference->in_block = true;
        if ((size_t)(reference->bytes + reference->size - content) < size)
            return REFERENCE_IS_MORE;
        must(block_size + size <= sizeof(block), "more header than expected");
        memcpy(block + block_size, content, size);
        block_size += size;
        if (frame->flags & 4)
            break;
        reference->at = frame->payload + frame->size - reference->bytes;
        if (reference->at >= reference->size)
            return REFERENCE_IS_MORE;
        is = reference_frame(reference, frame);
        if (is != REFERENCE_IS_GOOD)
            return is;
        if (frame->type != 9 || frame->stream != stream)
            return REFERENCE_IS_BAD;
        content = frame->payload;
        size = frame->size;
    }
    if (!reference_block(reference, block, block_size, &line))
        return REFERENCE_IS_BAD;
    print(reference->text, "%s\n", !promise && flags & 1 ? " end" : "");
    reference->in_block = false;
    return REFERENCE_IS_GOOD;
}

static inline enum reference_is reference_settings(struct reference *reference,
                                                   const struct reference_frame *frame)
{
    struct http2_settings *settings = &reference->settings;
    size_t there = reference->size - reference->at;

    if (frame->stream || (frame->flags & 1 ? frame->size != 0 : frame->size % 6 != 0))
        return REFERENCE_IS_BAD;
    if (frame->flags & 1) {
        print(reference->text, "settings taken\n");
        return REFERENCE_IS_GOOD;
    }
    for (__u32 at = 0; at < frame->size; at += 6) {
        __u32 value;

        if (at + 6 > there)
            return REFERENCE_IS_MORE;
        value = reference_u32(frame->payload + at + 2);
        switch (frame->payload[at] << 8 | frame->payload[at + 1]) {
        case 1:
            settings->table_size = value;
            break;
        case 2:
            if (value > 1)
                return REFERENCE_IS_BAD;
            break;
        case 4:
            if (value > 0x7fffffff)
                return REFERENCE_IS_BAD;
            break;
        case 5:
            if (value < 16384 || value > 16777215)
                return REFERENCE_IS_BAD;
            settings->frame_size = value;
            break;
        case 6:
            settings->list_size = value;
            break;
        }
    }
    print(reference->text,
          "settings table %u frame %u list %u\n",
          settings->table_size,
          settings->frame_size,
          settings->list_size);
    return REFERENCE_IS_GOOD;
}

static inline enum reference_is reference_payload(struct reference *reference,
                                                  struct reference_frame *frame)
{
    size_t there = reference->size - reference->at;
    const __u8 *content;
    enum reference_is is;
    __u32 size;

    switch (frame->type) {
    case 0:
        if (!frame->stream)
            return REFERENCE_IS_BAD;
        is = reference_content(reference, frame, 0, &content, &size);
        if (is == REFERENCE_IS_GOOD)
            print(reference->text,
                  "data of %u size %u%s\n",
                  frame->stream,
                  size,
                  frame->flags & 1 ? " end" : "");
        return is;
    case 1:
    case 5:
        return frame->stream ? reference_headers(reference, frame) : REFERENCE_IS_BAD;
    case 2:
        return frame->stream ? REFERENCE_IS_GOOD : REFERENCE_IS_BAD;
    case 3:
        if (!frame->stream || frame->size != 4)
            return REFERENCE_IS_BAD;
        if (there < 4)
            return REFERENCE_IS_MORE;
        print(
            reference->text, "reset of %u code %u\n", frame->stream, reference_u32(frame->payload));
        return REFERENCE_IS_GOOD;
    case 4:
        return reference_settings(reference, frame);
    case 6:
        return !frame->stream && frame->size == 8 ? REFERENCE_IS_GOOD : REFERENCE_IS_BAD;
    case 7:
        if (frame->stream || frame->size < 8)
            return REFERENCE_IS_BAD;
        if (there < 8)
            return REFERENCE_IS_MORE;
        print(reference->text,
              "goes away after %u code %u\n",
              reference_u32(frame->payload) & 0x7fffffff,
              reference_u32(frame->payload + 4));
        return REFERENCE_IS_GOOD;
    case 8:
        return frame->size == 4 ? REFERENCE_IS_GOOD : REFERENCE_IS_BAD;
    case 9:
        return REFERENCE_IS_BAD;
    default:
        return REFERENCE_IS_GOOD;
    }
}

/* From the first frame of a side, behind the preface. */
static inline enum reference_is reference_read(struct reference *reference)
{
    enum reference_is is = REFERENCE_IS_GOOD;

    for (bool first = true; is == REFERENCE_IS_GOOD; first = false) {
        struct reference_frame frame = {};

        if (reference->at >= reference->size)
            return REFERENCE_IS_MORE;
        is = reference_frame(reference, &frame);
        if (is == REFERENCE_IS_GOOD && first && (frame.type != 4 || frame.flags & 1))
            is = REFERENCE_IS_BAD;
        if (is == REFERENCE_IS_GOOD)
            is = reference_payload(reference, &frame);
        if (is == REFERENCE_IS_GOOD)
            reference->at = frame.payload + frame.size - reference->bytes;
    }
    return is;
}
