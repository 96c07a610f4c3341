/* SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
#pragma once
#include "../kernel.h"
#include "../contract/settings.h"

/* Written by the loader before the object is loaded, so the verifier removes what is switched off. */
const volatile struct settings settings = {};
