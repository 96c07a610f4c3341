/* SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
/* Takes one byte away from each message; the sender does not learn of it. */
#include "sick.h"

SEC("sk_msg")
int on_message(struct sk_msg_md *msg)
{
    bpf_msg_pop_data(msg, 0, 1, 0);
    return SK_PASS;
}
