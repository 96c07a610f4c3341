/* SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
/* The socket below a net.Conn of Go. Whatever wraps another one has it first, by convention, as crypto/tls
 * does. */
#pragma once
#include "goroutine.h"

#define GO_CONN_FD 16        /* net.netFD.pfd.Sysfd */
#define GO_CONN_DEPTH 3      /* of a connection in a connection */
#define GO_DATA 8            /* of an interface: behind its type */
#define SOCKET_HAS_PSOCK 4UL /* in sk_user_data, a pointer with flags: it is in a sockmap */
#define SOCKET_FLAGS 7UL

/* NULL: it is none. */
static __always_inline struct sock *socket_of_fd(__u32 fd)
{
    struct task_struct *task = (struct task_struct *)bpf_get_current_task();
    struct fdtable *table = BPF_CORE_READ(task, files, fdt);
    struct file **files = BPF_CORE_READ(table, fd);
    struct socket *socket;
    struct file *file = NULL;

    if (fd >= BPF_CORE_READ(table, max_fds))
        return NULL;
    bpf_probe_read_kernel(&file, sizeof(file), files + fd);
    socket = BPF_CORE_READ(file, private_data);
    if (!file || BPF_CORE_READ(socket, file) != file)
        return NULL;
    return BPF_CORE_READ(socket, sk);
}

/* Are its requests seen by a program before TCP has them? */
static __always_inline bool socket_is_enrolled(struct sock *sock)
{
    __u64 data = (__u64)BPF_CORE_READ(sock, sk_user_data);
    struct sk_psock *psock = (void *)(data & ~SOCKET_FLAGS);

    return data & SOCKET_HAS_PSOCK && BPF_CORE_READ(psock, progs.msg_parser);
}
