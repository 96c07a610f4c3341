/* SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
/* Throws away what members receive. */
#include "sick.h"

SEC("sk_skb/stream_verdict")
int on_data(struct __sk_buff *skb)
{
    (void)skb;
    return SK_DROP;
}
