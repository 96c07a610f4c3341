/* SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
#pragma once
#include "kinds.h"

enum style : __u8 {
    STYLE_UNSET,
    STYLE_FIRST_CLASS,
    STYLE_LAST = 9,
};

struct call_event {
    struct event_header header;
    __s64 cost OTLP("call.cost"); /* in cents */
    char name[6] OTLP("call.name");
    enum style style OTLP("call.style");
    __u8 pad;
    __u8 arguments[];
};

struct return_event {
    struct event_header header;
    __u8 codes[8];
};
