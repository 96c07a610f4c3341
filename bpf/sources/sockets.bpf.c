/* SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
/* Sees every byte of the sockets of targets, and which thread read them.
 *
 * Why these hooks: they run on every kernel since 5.10, are allowed under lockdown, and exist only in
 * the cgroups of targets. cgroup_skb sees a segment after TCP has cut it and before TCP has checked
 * its order, so a stream is followed by sequence numbers. tcp_rcv_space_adjust runs in the reading
 * thread on every path of recvmsg, splice and io_uring; it is global, so it leaves early. */
#include "../core/accept.h"
#include "../core/cause.h"
#include "../core/enrol.h"
#include "../core/http2_programs.h"
#include "../core/segment.h"

char LICENSE[] SEC("license") = "Dual MIT/GPL";

/* While a segment is built, sent again, or has just arrived. */
static __always_inline void on_header(struct bpf_sock_ops *ops)
{
    struct bpf_sock *sk = ops->sk;
    struct connection *connection = sk ? bpf_sk_storage_get(&connections, sk, NULL, 0) : NULL;

    if (!connection)
        return;
    switch (ops->op) {
    case BPF_SOCK_OPS_HDR_OPT_LEN_CB:
        enrol_sent(ops, connection);
        if (settings.tcp_option && !connection->interface)
            option_reserve(ops, connection, tls_option_wants(ops, connection));
        break;
    case BPF_SOCK_OPS_WRITE_HDR_OPT_CB:
        if (settings.tcp_option)
            option_write(ops, connection);
        break;
    case BPF_SOCK_OPS_PARSE_HDR_OPT_CB:
        enrol_received(ops, connection);
        if (settings.tcp_option)
            option_parsed(ops, connection);
        break;
    case BPF_SOCK_OPS_RETRANS_CB:
        if (settings.tcp_option)
            option_repeated(ops, connection);
        break;
    }
}

SEC("sockops")
int on_socket(struct bpf_sock_ops *ops)
{
    switch (ops->op) {
    case BPF_SOCK_OPS_TCP_LISTEN_CB:
        socket_listens(ops);
        break;
    case BPF_SOCK_OPS_TCP_CONNECT_CB:
        socket_connects(ops);
        break;
    case BPF_SOCK_OPS_ACTIVE_ESTABLISHED_CB:
        socket_connected(ops);
        break;
    case BPF_SOCK_OPS_PASSIVE_ESTABLISHED_CB:
        socket_accepted(ops);
        break;
    case BPF_SOCK_OPS_STATE_CB:
        socket_state(ops);
        break;
    default:
        on_header(ops);
        break;
    }
    return 1;
}

SEC("cgroup_skb/ingress")
int on_ingress(struct __sk_buff *skb)
{
    if (throttle_step() != THROTTLE_OFF && segment_pass(skb, true))
        bpf_tail_call(skb, &http2_ingress, 0);
    return 1;
}

SEC("cgroup_skb/egress")
int on_egress(struct __sk_buff *skb)
{
    if (throttle_step() != THROTTLE_OFF && segment_pass(skb, false))
        bpf_tail_call(skb, &http2_egress, 0);
    return 1;
}

static __always_inline bool socket_awaits(struct sock *sock, const struct open_request *request)
{
    struct tcp_sock *tcp = (struct tcp_sock *)sock;

    return request->has_body && request_goes_on(request, BPF_CORE_READ(tcp, copied_seq));
}

SEC("raw_tp/tcp_rcv_space_adjust")
int on_read(struct bpf_raw_tracepoint_args *args)
{
    struct sock *sock = (struct sock *)args->args[0];
    __u64 cookie = BPF_CORE_READ(sock, __sk_common.skc_cookie.counter);
    struct open_request *request = cookie ? open_request_of(cookie) : NULL;

    if (!request)
        cause_resume(cookie);
    else if (request->stream)
        calls_read(cookie, request);
    else if (request->ordinal)
        task_read(cookie, request, socket_awaits(sock, request));
    return 0;
}
