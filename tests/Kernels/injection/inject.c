// SPDX-License-Identifier: Apache-2.0
// inject OBJECT LIBRARY PID FROM TO SIZE LONGER SYSTEM_CALL: what an agent would do, see inject.bpf.c; says "ready" and stays
// until it is killed.
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <bpf/libbpf.h>

static void attach(struct bpf_object *object, const char *name, char **arguments, int at_return)
{
    LIBBPF_OPTS(bpf_uprobe_opts, options, .func_name = "SSL_write", .retprobe = at_return);
    struct bpf_program *program = bpf_object__find_program_by_name(object, name);

    if (!bpf_program__attach_uprobe_opts(program, atoi(arguments[3]), arguments[2], 0, &options)) {
        perror(name);
        exit(1);
    }
}

int main(int count, char **arguments)
{
    struct bpf_object *object = count == 9 ? bpf_object__open(arguments[1]) : NULL;
    struct bpf_map *constants = object ? bpf_object__find_map_by_name(object, ".rodata") : NULL;
    size_t size;
    __u64 *plan = constants ? bpf_map__initial_value(constants, &size) : NULL;

    if (!plan || size != 5 * sizeof(*plan))
        return 2;
    for (int i = 0; i < 5; i++)
        plan[i] = strtoull(arguments[4 + i], NULL, 0);
    if (bpf_object__load(object)) {
        perror("load");
        return 1;
    }
    attach(object, "on_write", arguments, 0);
    if (!plan[4])
        attach(object, "on_written", arguments, 1);
    printf("ready\n");
    fflush(stdout);
    pause();
    return 0;
}
