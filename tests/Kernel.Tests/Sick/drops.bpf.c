/* SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
/* Lets nothing be sent. */
#include "sick.h"

SEC("sk_msg")
int on_message(struct sk_msg_md *msg)
{
    (void)msg;
    return SK_DROP;
}
