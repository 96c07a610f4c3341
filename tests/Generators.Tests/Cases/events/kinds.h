/* SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
#pragma once

enum event_kind : __u16 {
    EVENT_NONE,
    EVENT_CALL,
    EVENT_RETURN,
};

struct event_header {
    enum event_kind kind;
    __u16 pad;
    __u32 size;
};
