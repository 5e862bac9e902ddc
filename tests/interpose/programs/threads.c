/* SPDX-License-Identifier: BSL-1.0
 *
 * What threads can do in plain POSIX and C11. Prints the same whatever a thread is.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <threads.h>
#include <unistd.h>

static pthread_key_t key;
static int destroyed;

static void destroy(void *value)
{
    destroyed += *(int *)value;
    free(value);
}

static void set_value(int number)
{
    int *value = malloc(sizeof *value);
    *value = number;
    pthread_setspecific(key, value);
}

static void say(void *text)
{
    usleep(1000); /* a clean-up may block, in a thread that was cancelled, too */
    printf("clean-up: %s\n", (char *)text);
}

static void wait_deep_inside(void)
{
    pthread_cleanup_push(say, "inner");
    sleep(100);
    pthread_cleanup_pop(0);
}

static void *wait_to_be_cancelled(void *unused)
{
    set_value(1);
    pthread_cleanup_push(say, "outer");
    wait_deep_inside();
    pthread_cleanup_pop(0);
    return unused;
}

static void *leave_early(void *unused)
{
    set_value(3);
    pthread_cleanup_push(say, "pthread_exit");
    pthread_exit((void *)42);
    pthread_cleanup_pop(0);
    return unused;
}

/* Held while a thread must not end yet. */
static pthread_mutex_t not_before = PTHREAD_MUTEX_INITIALIZER;

static void *keep_value(void *number)
{
    set_value((int)(intptr_t)number);
    pthread_mutex_lock(&not_before);
    pthread_mutex_unlock(&not_before);
    sched_yield();
    return (void *)(intptr_t) * (int *)pthread_getspecific(key);
}

static pthread_barrier_t barrier;
static pthread_spinlock_t spin;
static int counter;

static void *meet(void *unused)
{
    intptr_t last = 0;
    for (int i = 0; i < 10; ++i) {
        last += pthread_barrier_wait(&barrier) == PTHREAD_BARRIER_SERIAL_THREAD;
        pthread_spin_lock(&spin);
        int before = counter;
        sched_yield();
        counter = before + 1;
        pthread_spin_unlock(&spin);
    }
    (void)unused;
    return (void *)last;
}

static void *disable_cancellation(void *unused)
{
    int before;
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &before);
    printf("slept %d\n", usleep(20000));
    pthread_setcancelstate(before, NULL);
    pthread_testcancel();
    printf("never printed\n");
    return unused;
}

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t condition = PTHREAD_COND_INITIALIZER;

static void unlock(void *held)
{
    printf("unlock %d\n", pthread_mutex_unlock(held));
}

static void *wait_for_condition(void *unused)
{
    pthread_mutex_lock(&mutex);
    pthread_cleanup_push(unlock, &mutex);
    pthread_cond_wait(&condition, &mutex);
    pthread_cleanup_pop(1);
    return unused;
}

static int leave_as_c11(void *unused)
{
    (void)unused;
    thrd_exit(7);
}

static void *describe(void *unused)
{
    char name[16];
    char here;
    void *low;
    size_t size;
    pthread_attr_t attributes;
    pthread_setname_np(pthread_self(), "a name");
    pthread_getname_np(pthread_self(), name, sizeof name);
    pthread_getattr_np(pthread_self(), &attributes);
    pthread_attr_getstack(&attributes, &low, &size);
    printf("%s, too long %d, on its stack %d\n", name,
           pthread_setname_np(pthread_self(), "sixteen letters!") == ERANGE,
           &here > (char *)low && &here < (char *)low + size);
    return unused;
}

static void *run_last(void *unused)
{
    pthread_mutex_lock(&not_before);
    pthread_mutex_unlock(&not_before);
    usleep(10000);
    printf("last\n");
    return unused;
}

static void cancel_while(void *(*waiting)(void *))
{
    pthread_t thread;
    void *result;
    pthread_create(&thread, NULL, waiting, NULL);
    usleep(2000);
    int error = pthread_cancel(thread);
    pthread_join(thread, &result);
    printf("cancelled %d %d, destroyed %d\n", error, result == PTHREAD_CANCELED, destroyed);
}

static void join_in_all_ways(void)
{
    pthread_t first;
    pthread_t second;
    void *result;
    struct timespec passed = {0, 0};
    pthread_create(&first, NULL, leave_early, NULL);
    pthread_join(first, &result);
    printf("result %d, destroyed %d\n", (int)(intptr_t)result, destroyed);
    pthread_mutex_lock(&not_before);
    pthread_create(&first, NULL, keep_value, (void *)5);
    pthread_create(&second, NULL, keep_value, (void *)6);
    printf("not yet %d %d\n", pthread_tryjoin_np(first, &result) == EBUSY,
           pthread_timedjoin_np(first, &result, &passed) == ETIMEDOUT);
    pthread_mutex_unlock(&not_before);
    pthread_join(first, &result);
    printf("result %d\n", (int)(intptr_t)result);
    pthread_join(second, &result);
    printf("result %d, destroyed %d\n", (int)(intptr_t)result, destroyed);
    printf("itself %d\n", pthread_join(pthread_self(), NULL) == EDEADLK);
}

static void meet_each_other(void)
{
    pthread_t threads[4];
    void *result;
    intptr_t last = 0;
    pthread_barrier_init(&barrier, NULL, 4);
    pthread_spin_init(&spin, PTHREAD_PROCESS_PRIVATE);
    for (int i = 0; i < 4; ++i)
        pthread_create(&threads[i], NULL, meet, NULL);
    for (int i = 0; i < 4; ++i) {
        pthread_join(threads[i], &result);
        last += (intptr_t)result;
    }
    printf("last %d, counter %d, destroy %d\n", (int)last, counter,
           pthread_barrier_destroy(&barrier));
}

static void start_with_attributes(void)
{
    pthread_t thread;
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, 1 << 20);
    pthread_create(&thread, &attributes, describe, NULL);
    pthread_join(thread, NULL);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    pthread_mutex_lock(&not_before);
    pthread_create(&thread, &attributes, run_last, NULL);
    printf("detached %d\n", pthread_join(thread, NULL) == EINVAL);
    pthread_mutex_unlock(&not_before);
    pthread_attr_destroy(&attributes);
}

int main(void)
{
    thrd_t c11;
    int c11_result;
    pthread_t thread;
    pthread_key_create(&key, destroy);
    cancel_while(wait_to_be_cancelled);
    cancel_while(disable_cancellation);
    cancel_while(wait_for_condition);
    join_in_all_ways();
    meet_each_other();
    thrd_create(&c11, leave_as_c11, NULL);
    thrd_join(c11, &c11_result);
    printf("C11 %d, equal %d\n", c11_result, thrd_equal(thrd_current(), pthread_self()) != 0);
    start_with_attributes();
    usleep(20000);
    fflush(stdout);
    pthread_create(&thread, NULL, run_last, NULL);
    pthread_exit(NULL); /* the others go on */
}
