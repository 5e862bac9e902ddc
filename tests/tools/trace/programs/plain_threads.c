// SPDX-License-Identifier: BSL-1.0
//
// A program of threads that knows nothing of weft: run under weft-run they are fibers. One holds a
// lock and waits for a condition that never comes, another one wants that lock.

#include <pthread.h>
#include <stdio.h>

static pthread_mutex_t taken = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t guard = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t never = PTHREAD_COND_INITIALIZER;

// Not static: the tests look for these names in stacks.
int hold_the_lock(void);
int want_the_lock(void);

__attribute__((noinline)) int hold_the_lock(void) {
    pthread_mutex_lock(&taken);
    pthread_mutex_lock(&guard);
    for (;;) {
        pthread_cond_wait(&never, &guard);
    }
    return 0;
}

__attribute__((noinline)) int want_the_lock(void) {
    const int locked = pthread_mutex_lock(&taken);
    return locked + 1;
}

static void* holder(void* unused) {
    hold_the_lock();
    return unused;
}

static void* wanter(void* unused) {
    return want_the_lock() > 0 ? NULL : unused;
}

int main(void) {
    pthread_t first;
    pthread_t second;
    if (pthread_create(&first, NULL, holder, NULL) != 0 ||
        pthread_create(&second, NULL, wanter, NULL) != 0) {
        return 1;
    }
    puts("ready");
    fflush(stdout);
    pthread_join(first, NULL);
    return 0;
}
