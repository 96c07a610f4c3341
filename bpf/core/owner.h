/* SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
/* The mark of a target on its sockets. A listener hands it to every connection it accepts, so a server
 * socket is known as ours before any process has touched it. */
#pragma once
#include "../kernel.h"
#include "../contract/keys.h"

struct {
    __uint(type, BPF_MAP_TYPE_SK_STORAGE);
    __uint(map_flags, BPF_F_NO_PREALLOC | BPF_F_CLONE);
    __type(key, int);
    __type(value, struct owner);
} owners SEC(".maps");
