/* SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
/* The kernel types and fields that Hilo relies on, and no others: this file is also the list of its
 * kernel dependencies. Offsets are relocated against the BTF of the running kernel (CO-RE). */
#pragma once
#include <linux/bpf.h>
#include <linux/types.h>
#include <stdbool.h>
#include <stddef.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_endian.h>

/* A function whose locals are gone from the stack when its caller goes on: 512 bytes are for all. */
#define APART static __attribute__((noinline, unused))

#define AF_INET 2
#define AF_INET6 10
#define IPPROTO_TCP 6
#define ETH_P_IP 0x0800
#define ETH_P_IPV6 0x86dd
#define O_NONBLOCK 04000
#define SOCK_ZEROCOPY_BIT 18 /* enum sock_flags, unchanged since 4.14 */
#define FIONREAD 0x541b
#define EBUSY 16

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct file {
    void *private_data;
    unsigned int f_flags;
    int pad;
};

struct socket {
    struct file *file;
    struct sock *sk;
};

typedef struct {
    long long counter;
} atomic64_t;

struct in6_addr {
    union {
        __be32 u6_addr32[4];
    } in6_u;
};

struct sock_common {
    unsigned short skc_family;
    __u16 skc_num;
    __be16 skc_dport;
    __u16 pad;
    __be32 skc_daddr;
    __be32 skc_rcv_saddr;
    struct in6_addr skc_v6_daddr;
    struct in6_addr skc_v6_rcv_saddr;
    unsigned long skc_flags;
    atomic64_t skc_cookie;
};

struct sock {
    struct sock_common __sk_common;
    struct socket *sk_socket;
    int sk_sndbuf;
    int sk_wmem_queued;
    int sk_err;
    int pad;
    void *sk_user_data;
};

struct sk_psock_progs {
    void *msg_parser;
};

struct sk_psock {
    struct sk_psock_progs progs;
};

struct tcp_sock {
    __u32 copied_seq;
    __u32 write_seq;
    __u32 snd_nxt;
    __u32 snd_una;
    __u32 rcv_nxt;
    __u32 notsent_lowat;
};

struct mm_struct {
    unsigned long env_start;
    unsigned long env_end;
};

struct fdtable {
    struct file **fd;
    unsigned int max_fds;
    int pad;
};

struct files_struct {
    struct fdtable *fdt;
};

struct thread_struct {
    unsigned long fsbase; /* of x86 */
};

struct task_struct {
    struct mm_struct *mm;
    struct files_struct *files;
    struct thread_struct thread;
    int pid;
    int tgid;
    __u64 start_boottime;
    struct task_struct *group_leader;
    struct task_struct *real_parent;
    void *io_uring; /* not NULL: this thread has used io_uring */
    char comm[16];
};

#pragma clang attribute pop

/* Headers as they are on the wire: never relocated. */
struct ipv4_header {
    __u8 version_and_size;
    __u8 tos;
    __be16 total_size;
    __u8 ignored[5];
    __u8 protocol;
    __be16 checksum;
    __u8 source[4];
    __u8 destination[4];
};

struct ipv6_header {
    __u8 ignored[6];
    __u8 next_header;
    __u8 hop_limit;
    __u8 source[16];
    __u8 destination[16];
};

struct tcp_header {
    __be16 source;
    __be16 destination;
    __be32 seq;
    __be32 ack;
    __u8 data_offset; /* upper 4 bits, in 32-bit words */
    __u8 flags;
    __be16 window;
    __be16 checksum;
    __be16 urgent;
};

#define TCP_FLAG_FIN 0x01
#define TCP_FLAG_SYN 0x02
#define TCP_FLAG_RST 0x04
