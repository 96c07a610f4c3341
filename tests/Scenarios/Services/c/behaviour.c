// SPDX-License-Identifier: Apache-2.0
// behaviour peer PORT | behaviour client PORT (blocking|nonblocking) BEFORE
// Does to sockets what programs do, each case in a process and on a connection of its own, after
// BEFORE ordinary requests on it, and prints every result and errno. Nothing printed depends on time:
// a run under trace must print the same.
#include "behaviour_peer.h"
#include "behaviour_cases.h"

// A tracer notices a process some time after it began.
#define SETTLE_MS 600
#define PATIENCE_S 10

static void play(const struct behaviour *one, unsigned before)
{
    int fd;

    running = one->name;
    alarm(PATIENCE_S);
    ms(SETTLE_MS);
    signal(SIGPIPE, SIG_IGN);
    fd = open_connection();
    while (before--) {
        ask(fd, "a5");
        read_exactly(fd, ANSWER_HEAD_SIZE + 5);
    }
    one->run(fd);
    fflush(stdout);
    close(fd);
}

/* All at once: they mostly wait. */
static int run_all(unsigned before)
{
    FILE *outputs[BEHAVIOURS];
    int failed = 0, status;

    for (unsigned i = 0; i < BEHAVIOURS; i++) {
        outputs[i] = tmpfile();
        if (!fork()) {
            dup2(fileno(outputs[i]), STDOUT_FILENO);
            play(&behaviours[i], before);
            _exit(0);
        }
    }
    while (wait(&status) > 0)
        failed += status != 0;
    for (unsigned i = 0; i < BEHAVIOURS; i++) {
        rewind(outputs[i]);
        while (fgets(block, sizeof(block), outputs[i]))
            fputs(block, stdout);
    }
    printf("%d ended otherwise than they should\n", failed);
    return 0;
}

int main(int count, char **arguments)
{
    if (count < 3)
        return 2;
    setvbuf(stdout, NULL, _IOFBF, 1 << 16);
    port = atoi(arguments[2]);
    if (!strcmp(arguments[1], "peer"))
        return peer_run();
    if (count < 5)
        return 2;
    nonblocking = !strcmp(arguments[3], "nonblocking");
    return run_all(atoi(arguments[4]));
}
