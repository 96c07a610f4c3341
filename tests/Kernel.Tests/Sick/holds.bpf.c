/* SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
/* Keeps each message back until more has come than ever comes. */
#include "sick.h"

SEC("sk_msg")
int on_message(struct sk_msg_md *msg)
{
    bpf_msg_cork_bytes(msg, 1 << 20);
    return SK_PASS;
}
