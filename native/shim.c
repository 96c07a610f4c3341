// SPDX-License-Identifier: Apache-2.0
// See shim.h.
#include "shim.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <malloc.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

// Enough for any line libbpf writes about itself; only the log of the verifier is longer, tens of
// kilobytes in one piece.
#define LINE_SIZE 1024

static _Atomic(shim_log_sink) log_sink;

static void print_long(
    shim_log_sink sink, int level, int length, const char *format, va_list arguments)
{
    char *text = malloc((size_t)length + 1);

    if (!text)
        return;
    vsnprintf(text, (size_t)length + 1, format, arguments);
    sink(level, text, length);
    free(text);
}

// libbpf hands over a va_list, which C# has no way to read.
static int print_line(enum libbpf_print_level level, const char *format, va_list arguments)
{
    char line[LINE_SIZE];
    shim_log_sink sink = atomic_load(&log_sink);
    va_list again;
    int length;

    if (!sink)
        return 0;
    va_copy(again, arguments);
    length = vsnprintf(line, sizeof(line), format, arguments);
    if (length >= LINE_SIZE)
        print_long(sink, (int)level, length, format, again);
    else if (length > 0)
        sink((int)level, line, length);
    va_end(again);
    return 0;
}

int shim_log_to(shim_log_sink sink)
{
    atomic_store(&log_sink, sink);
    libbpf_set_print(print_line);
    return 0;
}

// The size of the structure differs between kernels; the compiler knows the one libbpf was built with.
int shim_program_runs(int program, unsigned long long *runs, unsigned long long *nanoseconds)
{
    struct bpf_prog_info info = {0};
    __u32 size = sizeof(info);
    int error = bpf_prog_get_info_by_fd(program, &info, &size);

    *runs = info.run_cnt;
    *nanoseconds = info.run_time_ns;
    return error;
}

#ifndef SHIM_JIT
void shim_early(void);

// Runs before the runtime reads its configuration. Its youngest generation otherwise grows to the
// size of the L3 cache: tens of megabytes resident, for an agent that hardly allocates. No property
// of the project sets this one. The value is 1 MiB, in hexadecimal without 0x: with it, it would be
// ignored. What the user has set stays.
__attribute__((constructor)) void shim_early(void)
{
    setenv("DOTNET_GCGen0MaxBudget", "100000", 0);

    // librdkafka has a thread for each broker, and malloc keeps what each has freed; what it unpacks,
    // megabytes, is to go back at once, however often that comes.
    mallopt(M_ARENA_MAX, 1);
    mallopt(M_MMAP_THRESHOLD, 128 * 1024);
}
#endif
