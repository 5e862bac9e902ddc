/* SPDX-License-Identifier: BSL-1.0
 *
 * Signals sent to one thread end that thread's waits and nobody else's. In plain pthreads.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static volatile sig_atomic_t handled;
static volatile int waited;
static int ends[2];

static void count(int number)
{
    (void)number;
    ++handled;
}

static void *wait_in_read(void *result)
{
    char byte;
    *(int *)result = read(ends[0], &byte, 1) < 0 ? errno : 0;
    waited = 1;
    return NULL;
}

static void *wait_in_nanosleep(void *result)
{
    struct timespec rest = {1000, 0};
    *(int *)result = nanosleep(&rest, &rest) < 0 ? errno : 0;
    if (rest.tv_sec < 900)
        *(int *)result = -1;
    waited = 1;
    return NULL;
}

/* Returns how often this thread's own wait was ended meanwhile. */
static int signal_until_over(pthread_t thread)
{
    int interrupted = 0;
    waited = 0;
    while (!waited) {
        struct timespec moment = {0, 1000000};
        pthread_kill(thread, SIGUSR1);
        interrupted += nanosleep(&moment, NULL) != 0;
    }
    return interrupted;
}

static void *raise_it(void *result)
{
    *(int *)result = raise(SIGUSR1);
    waited = 1;
    return NULL;
}

static void run(const char *name, void *(*function)(void *), int signals)
{
    pthread_t thread;
    int result = -2;
    int interrupted = 0;
    handled = 0;
    waited = 0;
    pthread_create(&thread, NULL, function, &result);
    if (signals)
        interrupted = signal_until_over(thread);
    else
        while (!waited)
            interrupted += poll(NULL, 0, 1) != 0;
    pthread_join(thread, NULL);
    printf("%s: %s, handled %d, main was interrupted %d times\n", name, strerror(result),
           handled > 0, interrupted);
}

int main(void)
{
    struct sigaction wanted = {.sa_handler = count};
    if (pipe(ends) != 0 || sigaction(SIGUSR1, &wanted, NULL) != 0)
        return 1;
    run("read", wait_in_read, 1);
    run("nanosleep", wait_in_nanosleep, 1);
    run("raise", raise_it, 0);
    return 0;
}
