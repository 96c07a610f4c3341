// SPDX-License-Identifier: Apache-2.0
// target CERTIFICATE plain|retry|within|sandbox: a client and a server of OpenSSL in one process, with a pipe of few bytes between
// them. The client sends one request with SSL_write. It prints where that is, and where a longer one is, and waits for a
// line before it begins and whenever the way says so: "retry" when SSL_write has asked to be called again, "within" in the
// middle of it, with room in the pipe. Then it prints what SSL_write returned and what the server got.
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#define REQUEST "GET /a/rather/long/path/so/that/the/pipe/is/full HTTP/1.1\r\nHost: localhost\r\n"
#define HEADER "traceparent: 00-0123456789abcdef0123456789abcdef-0123456789abcdef-01\r\n"

static const char request[] = REQUEST "\r\n";
static const char longer[] = REQUEST HEADER "\r\n";
static const char *way;

static void must(int good, const char *what)
{
    if (good)
        return;
    fprintf(stderr, "%s\n", what);
    ERR_print_errors_fp(stderr);
    exit(1);
}

static void await(const char *said)
{
    printf("%s\n", said);
    fflush(stdout);
    while (getchar() != '\n')
        ;
}

static SSL *side(const SSL_METHOD *method, const char *certificate, size_t room, BIO **outside)
{
    SSL_CTX *context = SSL_CTX_new(method);
    BIO *inside;
    SSL *ssl;

    if (certificate)
        must(SSL_CTX_use_certificate_chain_file(context, certificate) == 1 &&
                 SSL_CTX_use_PrivateKey_file(context, certificate, SSL_FILETYPE_PEM) == 1,
             "certificate");
    SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    ssl = SSL_new(context);
    must(BIO_new_bio_pair(&inside, room, outside, 0) == 1, "pipe");
    SSL_set_bio(ssl, inside, inside);
    return ssl;
}

// One direction.
static void carry(BIO *from, BIO *to)
{
    char bytes[64];
    int size;

    while (BIO_ctrl_get_write_guarantee(to) >= sizeof(bytes) &&
           (size = BIO_read(from, bytes, sizeof(bytes))) > 0)
        must(BIO_write(to, bytes, size) == size, "carry");
}

static void carry_both(BIO *one, BIO *other)
{
    carry(one, other);
    carry(other, one);
}

// getsockopt is nothing that a program which only speaks TLS over descriptors it has needs.
static void forbid_getsockopt(void)
{
    struct sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_getsockopt, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {.len = 4, .filter = filter};

    must(!prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) &&
             !prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program),
         "seccomp");
}

static const unsigned char *system_call(void)
{
    const unsigned char *at = (const unsigned char *)syscall;

    while (at[0] != 0x0f || at[1] != 0x05)
        at++;
    return at;
}

static long pause_within(BIO *bio,
                         int operation,
                         const char *bytes,
                         size_t size,
                         int number,
                         long value,
                         int result,
                         size_t *processed)
{
    (void)bio, (void)bytes, (void)size, (void)number, (void)value, (void)processed;
    if (operation == BIO_CB_WRITE && way) {
        way = NULL;
        await("within");
    }
    return result;
}

int main(int count, char **arguments)
{
    BIO *client_end, *server_end;
    SSL *client, *server;
    char got[1024];
    int returned, size = 0, more;

    must(count == 3, "target CERTIFICATE plain|retry|within|sandbox");
    client =
        side(TLS_client_method(), NULL, strcmp(arguments[2], "within") ? 64 : 65536, &client_end);
    server = side(TLS_server_method(), arguments[1], 65536, &server_end);
    SSL_set_connect_state(client);
    SSL_set_accept_state(server);
    while (!SSL_is_init_finished(client) || !SSL_is_init_finished(server)) {
        SSL_do_handshake(client);
        carry_both(client_end, server_end);
        SSL_do_handshake(server);
        carry_both(client_end, server_end);
    }
    way = arguments[2];
    if (!strcmp(way, "sandbox"))
        forbid_getsockopt();
    printf("%d %p %p %zu %zu %p\n",
           getpid(),
           (const void *)request,
           (const void *)longer,
           sizeof(request) - 1,
           sizeof(longer) - 1,
           (const void *)system_call());
    await("begin");
    if (!strcmp(way, "within"))
        BIO_set_callback_ex(SSL_get_wbio(client), pause_within);
    while ((returned = SSL_write(client, request, sizeof(request) - 1)) < 0 &&
           SSL_get_error(client, returned) == SSL_ERROR_WANT_WRITE) {
        if (way && !strcmp(way, "retry"))
            await("again");
        carry(client_end, server_end);
    }
    if (returned < 0)
        printf("error %s\n", ERR_reason_error_string(ERR_peek_error()));
    do {
        carry(client_end, server_end);
        more = SSL_read(server, got + size, (int)sizeof(got) - size);
        size += more > 0 ? more : 0;
    } while (more > 0);
    printf("returned %d of %zu, the server got %s\n",
           returned,
           sizeof(request) - 1,
           size == sizeof(longer) - 1 && !memcmp(got, longer, (size_t)size)     ? "the longer one"
           : size == sizeof(request) - 1 && !memcmp(got, request, (size_t)size) ? "the request"
                                                                                : "something else");
    return 0;
}
