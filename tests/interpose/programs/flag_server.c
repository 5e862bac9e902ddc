/* SPDX-License-Identifier: BSL-1.0
 *
 * A server that a signal ends in the oldest way: the handler sets a flag, and the call that waits
 * returns with EINTR. In plain POSIX: it knows nothing of weft. The argument tells in which call
 * it waits.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static volatile sig_atomic_t stopped;

static void stop(int number)
{
    (void)number;
    stopped = 1;
}

static int open_listener(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (bind(listener, (struct sockaddr *)&address, sizeof address) != 0 ||
        listen(listener, 16) != 0) {
        perror("listen");
        exit(1);
    }
    return listener;
}

static void set_handler(int flags)
{
    struct sigaction wanted = {.sa_handler = stop, .sa_flags = flags};
    sigemptyset(&wanted.sa_mask);
    sigaction(SIGTERM, &wanted, NULL);
}

static int wait_in_pselect(int listener)
{
    sigset_t term, before;
    sigemptyset(&term);
    sigaddset(&term, SIGTERM);
    sigprocmask(SIG_BLOCK, &term, &before);
    int result = 0;
    while (!stopped && result == 0) {
        fd_set asked;
        FD_ZERO(&asked);
        FD_SET(listener, &asked);
        result = pselect(listener + 1, &asked, NULL, NULL, NULL, &before);
    }
    return result;
}

static int wait_for_child(void)
{
    pid_t child = fork();
    if (child == 0) {
        signal(SIGTERM, SIG_DFL);
        for (;;)
            pause();
    }
    int result = waitpid(child, NULL, 0);
    int error = errno;
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    errno = error;
    return result;
}

static int wait_in(const char *call, int listener)
{
    struct pollfd asked = {listener, POLLIN, 0};
    char byte;
    int pair[2];
    if (strcmp(call, "accept") == 0)
        return accept(listener, NULL, NULL);
    if (strcmp(call, "poll") == 0)
        return poll(&asked, 1, -1);
    if (strcmp(call, "pselect") == 0)
        return wait_in_pselect(listener);
    if (strcmp(call, "sleep") == 0)
        return sleep(1000) > 0 ? (errno = EINTR, -1) : 0;
    if (strcmp(call, "pause") == 0)
        return pause();
    if (strcmp(call, "waitpid") == 0)
        return wait_for_child();
    return pipe(pair) == 0 ? (int)read(pair[0], &byte, 1) : 0;
}

int main(int count, char **arguments)
{
    const char *call = count > 1 ? arguments[1] : "accept";
    int listener = open_listener();
    set_handler(strcmp(call, "poll") == 0 ? SA_RESTART : 0);
    puts("ready");
    fflush(stdout);
    int result = wait_in(call, listener);
    printf("%s: %d %s, %s\n", call, result, strerrorname_np(errno), stopped ? "stopped" : "goes on");
    return 0;
}
