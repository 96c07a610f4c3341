// SPDX-License-Identifier: Apache-2.0
// The calls that C# cannot make by itself. Exports start with shim_; results are 0 or -errno.
#pragma once

// Takes one message of libbpf's log: level (0 warning, 1 information, 2 debugging), text, and its
// length without the final zero. Called on the thread that called libbpf; text is only valid during
// the call.
typedef void (*shim_log_sink)(int level, const char *text, int length);

// Sends the log of libbpf to `sink`, or nowhere when it is NULL.
int shim_log_to(shim_log_sink sink);

// How often, and for how many nanoseconds, a program has run while the kernel kept such statistics,
// since it was loaded.
int shim_program_runs(int program, unsigned long long *runs, unsigned long long *nanoseconds);
