// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void fail(const char *what)
{
    fprintf(stderr, "player: %s: %s\n", what, strerror(errno));
    exit(1);
}
