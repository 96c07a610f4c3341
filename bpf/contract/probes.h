/* SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
/* Cookies of probes: what the agent tells a program of the place that it stands at. */
#pragma once
#include "types.h"

/* TLS libraries: the number of the library, in the upper 32 bits, and how its functions are. */
#define PROBE_TLS_TELLS_APART 1 /* the fourth argument is where it puts how many bytes it did */

/* Go's crypto/tls. At the beginning of a handshake: bytes from that of its state to the pointer to the client's
 * hello. Where what was read is copied: bytes from the top of the stack to the pointer to the session. */
#define PROBE_GO_TLS_CLIENT_HELLO 32
#define PROBE_GO_TLS_SERVER_HELLO 24
