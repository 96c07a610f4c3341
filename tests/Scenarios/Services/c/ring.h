// SPDX-License-Identifier: Apache-2.0
// The ring of the player's thread, made when it is first used.
#pragma once
#include <errno.h>
#include <liburing.h>
#include <stdbool.h>
#include "failure.h"

static ssize_t uring_run(struct io_uring *ring)
{
    struct io_uring_cqe *done;
    ssize_t result;

    io_uring_submit(ring);
    if (io_uring_wait_cqe(ring, &done))
        fail("io_uring_wait_cqe");
    result = done->res;
    io_uring_cqe_seen(ring, done);
    if (result >= 0)
        return result;
    errno = -result;
    return -1;
}

static struct io_uring *uring(void)
{
    static struct io_uring ring;
    static bool ready;

    if (!ready && io_uring_queue_init(8, &ring, 0))
        fail("io_uring");
    ready = true;
    return &ring;
}
