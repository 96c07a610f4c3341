/* SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
/* Cookies of probes: what the agent tells a program of the place that it stands at. */
#pragma once
#include "types.h"

/* TLS libraries: the number of the library, in the upper 32 bits, and how its functions are. */
#define PROBE_TLS_TELLS_APART 1 /* the fourth argument is where it puts how many bytes it did */
