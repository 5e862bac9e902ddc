/* SPDX-License-Identifier: BSL-1.0
 *
 * Sleeps while it holds two locks, which weft-run --report tells. */

#include <pthread.h>
#include <stdio.h>
#include <time.h>

static pthread_mutex_t first = PTHREAD_MUTEX_INITIALIZER;
static pthread_rwlock_t second = PTHREAD_RWLOCK_INITIALIZER;

void take_second(void) {
    const struct timespec wait = {0, 1000000};
    pthread_rwlock_wrlock(&second);
    nanosleep(&wait, NULL);
    pthread_rwlock_unlock(&second);
}

int main(void) {
    const struct timespec wait = {0, 1000000};
    pthread_mutex_lock(&first);
    take_second();
    pthread_mutex_unlock(&first);
    nanosleep(&wait, NULL);
    puts("done");
    return 0;
}
