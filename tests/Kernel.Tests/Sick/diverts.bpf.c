/* SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
/* Takes what members receive through the queue of the sockmap: it arrives, but not by every call. */
#include "sick.h"

SEC("sk_skb/stream_verdict")
int on_data(struct __sk_buff *skb)
{
    (void)skb;
    return SK_PASS;
}
