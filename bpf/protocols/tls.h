/* SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
/* The first bytes of a TLS connection: RFC 8446, 4.1.2 and 5.1. The client begins with a hello that holds
 * 32 random bytes, in the clear: a name of this connection that both ends also keep in memory. */
#pragma once
#include "window.h"

#define TLS_HANDSHAKE 22   /* ContentType */
#define TLS_CLIENT_HELLO 1 /* HandshakeType */
#define TLS_RANDOM_AT 11   /* behind the headers of record and message, and the version */
#define TLS_RANDOM_SIZE 32
#define TLS_HELLO_SIZE (TLS_RANDOM_AT + TLS_RANDOM_SIZE) /* as much of it as is read */

/* The window begins with a handshake record, as far as it goes. No text does. */
static __always_inline bool tls_may_begin(const struct window *window, __u32 size)
{
    return size && window_byte(window, 0) == TLS_HANDSHAKE &&
           (size < 2 || window_byte(window, 1) == 3);
}

/* The first TLS_HELLO_SIZE bytes are there: are they of a hello? */
static __always_inline bool tls_is_hello(const struct window *window)
{
    return window_byte(window, 2) <= 4 && window_byte(window, 5) == TLS_CLIENT_HELLO &&
           window_byte(window, 6) == 0 && window_byte(window, 9) == 3;
}
