// SPDX-License-Identifier: Apache-2.0
// neighbour OBJECT CGROUP KIND INTERFACE: attaches the programs of neighbour.bpf.c to the cgroup and to the interface, says
// "ready", and on SIGTERM what they have seen. KIND: plain; sockmap (takes all sockets); exclusive (nobody else's sock_ops
// there); tcx (on the interface by TCX, not clsact), tcx-first (in front, leaves the verdict to the next), tcx-hides (in front,
// and lets nobody else see a packet).
#include <net/if.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>

static void must(int good, const char *what)
{
    if (good)
        return;
    perror(what);
    exit(1);
}

static struct bpf_program *program(struct bpf_object *object, const char *name)
{
    struct bpf_program *found = bpf_object__find_program_by_name(object, name);

    must(found != NULL, name);
    return found;
}

static int map(struct bpf_object *object, const char *name)
{
    int fd = bpf_object__find_map_fd_by_name(object, name);

    must(fd >= 0, name);
    return fd;
}

static void behave(struct bpf_object *object, const char *kind)
{
    struct bpf_map *constants = bpf_object__find_map_by_name(object, ".rodata");
    size_t size;
    struct {
        __u32 takes_sockets;
        __s32 verdict;
    } *manner = constants ? bpf_map__initial_value(constants, &size) : NULL;

    must(manner && size == sizeof(*manner), ".rodata");
    manner->takes_sockets = !strcmp(kind, "sockmap");
    if (!strcmp(kind, "tcx-first"))
        manner->verdict = TCX_NEXT;
}

static void filter(struct bpf_object *object,
                   const char *interface,
                   enum bpf_tc_attach_point point,
                   const char *name)
{
    LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = if_nametoindex(interface), .attach_point = point);
    LIBBPF_OPTS(bpf_tc_opts, options, .prog_fd = bpf_program__fd(program(object, name)));
    LIBBPF_OPTS(
        bpf_tc_hook, both, .ifindex = hook.ifindex, .attach_point = BPF_TC_INGRESS | BPF_TC_EGRESS);

    bpf_tc_hook_create(&both); /* the second time it exists */
    must(!bpf_tc_attach(&hook, &options), name);
}

static void link_filter(struct bpf_object *object,
                        const char *interface,
                        const char *kind,
                        const char *name)
{
    LIBBPF_OPTS(bpf_tcx_opts, options, .flags = !strcmp(kind, "tcx") ? BPF_F_AFTER : BPF_F_BEFORE);

    must(bpf_program__attach_tcx(program(object, name), if_nametoindex(interface), &options) !=
             NULL,
         name);
}

int main(int count, char **arguments)
{
    static const char *const names[] = {
        "connected", "acknowledged", "taken", "refused", "messages", "ingress", "egress"};
    struct bpf_object *object = count == 5 ? bpf_object__open(arguments[1]) : NULL;
    sigset_t ends;
    int number, cgroup = count == 5 ? open(arguments[2], O_RDONLY) : -1;

    sigemptyset(&ends);
    sigaddset(&ends, SIGTERM);
    sigprocmask(SIG_BLOCK, &ends, NULL);
    must(object && cgroup >= 0, "neighbour OBJECT CGROUP KIND INTERFACE");
    behave(object, arguments[3]);
    must(!bpf_object__load(object), "load");
    must(!bpf_prog_attach(bpf_program__fd(program(object, "neighbour_message")),
                          map(object, "taken"),
                          BPF_SK_MSG_VERDICT,
                          0),
         "sk_msg");
    if (!strcmp(arguments[3], "exclusive"))
        must(!bpf_prog_attach(bpf_program__fd(program(object, "neighbour_socket")),
                              cgroup,
                              BPF_CGROUP_SOCK_OPS,
                              0),
             "sockops");
    else
        must(bpf_program__attach_cgroup(program(object, "neighbour_socket"), cgroup) != NULL,
             "sockops");
    if (!strncmp(arguments[3], "tcx", 3)) {
        link_filter(object, arguments[4], arguments[3], "neighbour_ingress");
        link_filter(object, arguments[4], arguments[3], "neighbour_egress");
    } else {
        filter(object, arguments[4], BPF_TC_INGRESS, "neighbour_ingress");
        filter(object, arguments[4], BPF_TC_EGRESS, "neighbour_egress");
    }
    printf("ready\n");
    fflush(stdout);
    sigwait(&ends, &number);
    for (__u32 i = 0; i < sizeof(names) / sizeof(*names); i++) {
        __u64 value = 0;

        bpf_map_lookup_elem(map(object, "seen"), &i, &value);
        printf("%s=%llu ", names[i], (unsigned long long)value);
    }
    printf("\n");
    return 0;
}
