/* SPDX-License-Identifier: BSL-1.0
 *
 * An echo server with a thread for each connection, in plain POSIX: it knows nothing of weft.
 */
#include <arpa/inet.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

static void die(const char *what)
{
    perror(what);
    exit(1);
}

static void *serve(void *given)
{
    int peer = (int)(intptr_t)given;
    char request[512];
    ssize_t size;
    while ((size = read(peer, request, sizeof request)) > 0 && write(peer, request, size) == size) {
    }
    close(peer);
    return NULL;
}

int main(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    if (bind(listener, (struct sockaddr *)&address, length) != 0 || listen(listener, 4096) != 0 ||
        getsockname(listener, (struct sockaddr *)&address, &length) != 0)
        die("listen");
    printf("listening on %d\n", ntohs(address.sin_port));
    fflush(stdout);
    for (;;) {
        pthread_t thread;
        int peer = accept(listener, NULL, NULL);
        if (peer < 0)
            die("accept");
        if (pthread_create(&thread, NULL, serve, (void *)(intptr_t)peer) != 0)
            die("pthread_create");
        pthread_detach(thread);
    }
}
