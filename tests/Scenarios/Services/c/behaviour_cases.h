// SPDX-License-Identifier: Apache-2.0
// The cases of behaviour.c: `awaited` ones read the answer to a request, `idle` ones a connection on
// which everything asked was answered.
#pragma once
#include "behaviour.h"

static void data_ready(int fd)
{
    ask(fd, "a11");
    ms(100);
    DO(take(fd, 1000, 0));
    DO(recv(fd, block, 1000, MSG_DONTWAIT));
    DO(recv(fd, block, 0, MSG_DONTWAIT));
}

static void data_later(int fd)
{
    ask(fd, "s150.a11");
    DO(recv(fd, block, 1000, 0));
    DO(recv(fd, block, 1000, MSG_DONTWAIT));
}

static void end_later(int fd)
{
    ask(fd, "s150.f");
    DO(take(fd, 1000, 0));
    DO(take(fd, 1000, 0));
    DO(send(fd, "x", 1, 0));
}

static void reset_later(int fd)
{
    ask(fd, "s150.r");
    DO(take(fd, 1000, 0));
    DO(take(fd, 1000, 0));
    DO(send(fd, "x", 1, 0));
}

static void reset_before(int fd)
{
    int error = -1;
    socklen_t size = sizeof(error);

    ask(fd, "r");
    ms(150);
    DO(getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size));
    result("SO_ERROR", error);
    DO(recv(fd, block, 1000, 0));
}

static void all_at_once(int fd)
{
    ask(fd, "h8.s100.w3.s100.w5");
    read_exactly(fd, ANSWER_HEAD_SIZE);
    DO(recv(fd, block, 8, MSG_WAITALL));
    DO(recv(fd, block, 1000, MSG_DONTWAIT));
}

static void all_until_the_end(int fd)
{
    ask(fd, "h8.s100.w3.s100.f");
    DO(take(fd, ANSWER_HEAD_SIZE + 8, MSG_WAITALL));
    DO(take(fd, ANSWER_HEAD_SIZE + 8, MSG_WAITALL));
}

static void peek(int fd)
{
    ask(fd, "s100.a11");
    DO(take(fd, 1000, MSG_PEEK));
    DO(take(fd, 10, MSG_PEEK));
    DO(take(fd, 10, 0));
    DO(take(fd, 1000, MSG_PEEK | MSG_TRUNC));
    DO(take(fd, 1000, 0));
}

static void truncated(int fd)
{
    ask(fd, "a11");
    ms(100);
    DO(recv(fd, NULL, 40, MSG_TRUNC));
    DO(recv(fd, block, 1000, 0));
}

static void receive_timeout(int fd)
{
    struct timeval patience = {.tv_usec = 100000};

    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    ask(fd, "s500.a11");
    DO(recv(fd, block, 1000, 0));
    ms(700);
    DO(recv(fd, block, 1000, 0));
}

static void send_timeout(int fd)
{
    struct timeval patience = {.tv_usec = 100000};
    ssize_t n;

    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
    ask_body(fd, "s600.r", 100000000);
    while ((n = send(fd, block, sizeof(block), 0)) > 0)
        continue;
    result("send into a full buffer", n);
    ms(800);
    DO(send(fd, block, 1, 0));
    DO(send(fd, block, 1, 0));
}

static void signal_restarts(int fd)
{
    handle(SIGUSR1, SA_RESTART);
    ask(fd, "s400.a11");
    struct later later = soon(NULL, fd);
    DO(recv(fd, block, 1000, 0));
    pthread_join(later.thread, NULL);
    result("signals", signals);
    DO(recv(fd, block, 1000, MSG_DONTWAIT));
}

static void signal_interrupts(int fd)
{
    handle(SIGUSR1, 0);
    ask(fd, "s400.a11");
    struct later later = soon(NULL, fd);
    DO(recv(fd, block, 1000, 0));
    pthread_join(later.thread, NULL);
    DO(take(fd, 1000, 0));
}

static void stopped(int fd)
{
    ask(fd, "s500.a11");
    stop_and_continue();
    DO(recv(fd, block, 1000, 0));
    DO(recv(fd, block, 1000, MSG_DONTWAIT));
}

static void polled(int fd)
{
    struct pollfd poller = {.fd = fd, .events = POLLIN | POLLOUT | POLLRDHUP};

    ask(fd, "s150.a11.s150.f");
    DO(poll(&poller, 1, 0));
    result("revents", poller.revents);
    poller.events = POLLIN | POLLRDHUP;
    DO(poll(&poller, 1, 3000));
    result("revents", poller.revents);
    DO(recv(fd, block, 1000, MSG_DONTWAIT));
    DO(poll(&poller, 1, 3000));
    result("revents", poller.revents);
    shutdown(fd, SHUT_WR);
    ms(100);
    DO(poll(&poller, 1, 3000));
    result("revents", poller.revents);
}

static void polled_reset(int fd)
{
    struct pollfd poller = {.fd = fd, .events = POLLIN | POLLRDHUP};

    ask(fd, "s150.r");
    DO(poll(&poller, 1, 3000));
    result("revents", poller.revents);
    DO(recv(fd, block, 1000, 0));
}

static void selected(int fd)
{
    struct timeval patience = {.tv_sec = 3};
    fd_set set;

    FD_ZERO(&set);
    FD_SET(fd, &set);
    ask(fd, "s150.a11");
    DO(select(fd + 1, &set, NULL, NULL, &patience));
    DO(recv(fd, block, 1000, 0));
}

static void edges(int fd)
{
    struct epoll_event event = {.events = EPOLLIN | EPOLLET | EPOLLRDHUP};
    int poller = epoll_create1(0);

    epoll_ctl(poller, EPOLL_CTL_ADD, fd, &event);
    ask(fd, "s50.h8.s100.w3.s100.w5.s100.f");
    for (int i = 0; i < 4; i++) {
        DO(epoll_wait(poller, &event, 1, 1000));
        result("events", event.events);
        DO(recv(fd, block, 1000, MSG_DONTWAIT));
    }
    ms(50), epoll_wait(poller, &event, 1, 0); /* the end wakes twice, which may be two edges */
    DO(epoll_wait(poller, &event, 1, 100));
}

static void low_water(int fd)
{
    int mark = ANSWER_HEAD_SIZE + 8;
    struct pollfd poller = {.fd = fd, .events = POLLIN};

    setsockopt(fd, SOL_SOCKET, SO_RCVLOWAT, &mark, sizeof(mark));
    ask(fd, "h8.s100.w3.s100.w5");
    DO(poll(&poller, 1, 3000));
    DO(recv(fd, block, 1000, 0));
}

static void urgent(int fd)
{
    int mark = -1;

    ask(fd, "s50.a2.u");
    ms(200);
    DO(recv(fd, block, 1000, 0));
    DO(ioctl(fd, SIOCATMARK, &mark));
    result("at mark", mark);
    DO(recv(fd, block, 1, MSG_OOB));
    DO(recv(fd, block, 1, MSG_OOB));
}

static void half_close(int fd)
{
    ask(fd, "d.a3.f");
    DO(shutdown(fd, SHUT_WR));
    DO(take(fd, 1000, 0));
    DO(take(fd, 1000, 0));
    DO(send(fd, "x", 1, 0));
    DO(shutdown(fd, SHUT_RDWR));
}

static void spliced(int fd)
{
    int ends[2];

    DO(pipe(ends));
    ask(fd, "s150.a11.s50.f");
    wait_readable(fd);
    DO(splice(fd, NULL, ends[1], NULL, 1000, 0));
    DO(read(ends[0], block, 1000));
    ms(150);
    DO(splice(fd, NULL, ends[1], NULL, 1000, 0));
}

static void stop_reading(int fd)
{
    shutdown(fd, SHUT_RD);
}

static void shut_while_waiting(int fd)
{
    ask(fd, "s400.r");
    struct later later = soon(stop_reading, fd);
    DO(recv(fd, block, 1000, 0));
    pthread_join(later.thread, NULL);
    DO(take(fd, 1000, 0));
}

static void closed_with_unread_data(int fd)
{
    ask(fd, "a2000.s100.d");
    ms(50);
    DO(close(fd));
}

static void closed_by_reset(int fd)
{
    struct linger at_once = {.l_onoff = 1};

    ask(fd, "s100.d");
    DO(setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once)));
    ms(50);
    DO(close(fd));
}

static void lingering(int fd)
{
    struct linger patient = {.l_onoff = 1, .l_linger = 3};
    size_t left = 400000;
    ssize_t n;

    DO(setsockopt(fd, SOL_SOCKET, SO_LINGER, &patient, sizeof(patient)));
    fcntl(fd, F_SETFL, 0);
    ask_body(fd, "s200.d", left);
    for (; left && (n = send(fd, block, left, 0)) > 0; left -= n)
        continue;
    result("unsent", left);
    DO(close(fd));
}

static void vectors(int fd)
{
    struct iovec parts[3] = {{block, 7}, {block + 100, 30}, {block + 200, 500}};
    struct msghdr message = {.msg_iov = parts, .msg_iovlen = 3};
    struct mmsghdr messages[2] = {{.msg_hdr = message}, {.msg_hdr = message}};

    ask(fd, "a11.s100.a11.s100.a1000");
    read_exactly(fd, ANSWER_HEAD_SIZE);
    DO(take(fd, 11, 0));
    wait_readable(fd);
    DO(readv(fd, parts, 3));
    wait_readable(fd);
    DO(recvmsg(fd, &message, 0));
    result("msg_flags", message.msg_flags);
    DO(recvmmsg(fd, messages, 2, MSG_DONTWAIT, NULL));
    DO(recv(fd, block, 10, MSG_ERRQUEUE));
}

static void large(int fd)
{
    unsigned long long total = 0;
    ssize_t n;

    ask(fd, "h90000.w90000.w3000000.f");
    while ((n = take(fd, sizeof(block), 0)) > 0)
        total += n;
    result("all", total);
    result("then", n);
}

static void questions(int fd)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    struct sockaddr none = {.sa_family = AF_UNSPEC};
    socklen_t size = sizeof(address);
    struct tcp_info tcp;
    socklen_t tcp_size = sizeof(tcp);
    int queued = -1;

    ask(fd, "a11");
    ms(100);
    DO(ioctl(fd, SIOCOUTQ, &queued));
    result("unacknowledged", queued);
    DO(getpeername(fd, (struct sockaddr *)&address, &size));
    DO(connect(fd, (struct sockaddr *)&address, size));
    DO(getsockopt(fd, IPPROTO_TCP, TCP_INFO, &tcp, &tcp_size));
    result("state", tcp.tcpi_state);
    DO(listen(fd, 1));
    DO(connect(fd, &none, sizeof(none)));
    DO(recv(fd, block, 1000, MSG_DONTWAIT));
    DO(fcntl(fd, F_SETFL, 0));
    DO(connect(fd, (struct sockaddr *)&address, size));
    ask(fd, "a11");
    DO(recv(fd, block, 1000, 0));
}

static void amount(int fd)
{
    int ready = -1;

    DO(ioctl(fd, FIONREAD, &ready));
    result("ready", ready);
    ask(fd, "a11");
    ms(100);
    DO(ioctl(fd, FIONREAD, &ready));
    result("ready", ready);
    DO(take(fd, 1000, 0));
    ask(fd, "a12");
    ms(100);
    DO(ioctl(fd, FIONREAD, &ready));
    result("ready", ready);
}

static void idle_data(int fd)
{
    ask(fd, "a5.s200.w3.f");
    read_exactly(fd, ANSWER_HEAD_SIZE + 5);
    DO(recv(fd, block, 1000, 0));
    DO(take(fd, 1000, 0));
}

static void idle_end(int fd)
{
    ask(fd, "a5.s200.f");
    read_exactly(fd, ANSWER_HEAD_SIZE + 5);
    DO(recv(fd, block, 1000, 0));
    DO(take(fd, 1000, 0));
}

static void idle_reset(int fd)
{
    ask(fd, "a5.s200.r");
    read_exactly(fd, ANSWER_HEAD_SIZE + 5);
    DO(recv(fd, block, 1000, 0));
    DO(take(fd, 1000, 0));
}

static void idle_timeout(int fd)
{
    struct timeval patience = {.tv_usec = 100000};

    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    ask(fd, "a5");
    read_exactly(fd, ANSWER_HEAD_SIZE + 5);
    DO(recv(fd, block, 1000, 0));
    DO(recv(fd, block, 1000, 0));
}

static void idle_signal_restarts(int fd)
{
    handle(SIGUSR1, SA_RESTART);
    ask(fd, "a5.s400.f");
    read_exactly(fd, ANSWER_HEAD_SIZE + 5);
    struct later later = soon(NULL, fd);
    DO(recv(fd, block, 1000, 0));
    pthread_join(later.thread, NULL);
}

static void idle_signal_interrupts(int fd)
{
    handle(SIGUSR1, 0);
    ask(fd, "a5.s400.f");
    read_exactly(fd, ANSWER_HEAD_SIZE + 5);
    struct later later = soon(NULL, fd);
    DO(recv(fd, block, 1000, 0));
    pthread_join(later.thread, NULL);
    DO(take(fd, 1000, 0));
}

static void idle_stopped(int fd)
{
    ask(fd, "a5.s500.f");
    read_exactly(fd, ANSWER_HEAD_SIZE + 5);
    stop_and_continue();
    DO(recv(fd, block, 1000, 0));
}

static void idle_shut(int fd)
{
    ask(fd, "a5");
    read_exactly(fd, ANSWER_HEAD_SIZE + 5);
    struct later later = soon(stop_reading, fd);
    DO(recv(fd, block, 1000, 0));
    pthread_join(later.thread, NULL);
}

static void ask_now(int fd)
{
    ask(fd, "s100.a11");
}

/* One thread waits for answers all the time, another asks. */
static void reader_waits_first(int fd)
{
    struct later later = soon(ask_now, fd);

    DO(take(fd, 1000, 0));
    pthread_join(later.thread, NULL);
    later = soon(ask_now, fd);
    DO(take(fd, 1000, 0));
    pthread_join(later.thread, NULL);
}

struct behaviour {
    const char *name;
    void (*run)(int fd);
};

#define BEHAVIOUR(function) {#function, function}
#define BEHAVIOURS (sizeof(behaviours) / sizeof(*behaviours))

static const struct behaviour behaviours[] = {
    BEHAVIOUR(data_ready),
    BEHAVIOUR(data_later),
    BEHAVIOUR(end_later),
    BEHAVIOUR(reset_later),
    BEHAVIOUR(reset_before),
    BEHAVIOUR(all_at_once),
    BEHAVIOUR(all_until_the_end),
    BEHAVIOUR(peek),
    BEHAVIOUR(truncated),
    BEHAVIOUR(receive_timeout),
    BEHAVIOUR(send_timeout),
    BEHAVIOUR(signal_restarts),
    BEHAVIOUR(signal_interrupts),
    BEHAVIOUR(stopped),
    BEHAVIOUR(polled),
    BEHAVIOUR(polled_reset),
    BEHAVIOUR(selected),
    BEHAVIOUR(edges),
    BEHAVIOUR(low_water),
    BEHAVIOUR(urgent),
    BEHAVIOUR(half_close),
    BEHAVIOUR(spliced),
    BEHAVIOUR(shut_while_waiting),
    BEHAVIOUR(closed_with_unread_data),
    BEHAVIOUR(closed_by_reset),
    BEHAVIOUR(lingering),
    BEHAVIOUR(vectors),
    BEHAVIOUR(large),
    BEHAVIOUR(questions),
    BEHAVIOUR(amount),
    BEHAVIOUR(idle_data),
    BEHAVIOUR(idle_end),
    BEHAVIOUR(idle_reset),
    BEHAVIOUR(idle_timeout),
    BEHAVIOUR(idle_signal_restarts),
    BEHAVIOUR(idle_signal_interrupts),
    BEHAVIOUR(idle_stopped),
    BEHAVIOUR(idle_shut),
    BEHAVIOUR(reader_waits_first),
};
