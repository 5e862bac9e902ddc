// SPDX-License-Identifier: BSL-1.0

// weft-interpose-side: what the benchmark "interpose" measures, in a program that is linked with
// the layer. `weft-interpose-side FIGURE`; prints the numbers, or the port of a server.

#include <weft/net/address.hpp>
#include <weft/net/serve.hpp>
#include <weft/net/tcp.hpp>
#include <weft/run.hpp>
#include <weft/task.hpp>

#include <arpa/inet.h>
#include <dlfcn.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string_view>
#include <vector>

namespace {

using namespace weft;

/// A function of libc itself, past the layer.
template <class Function>
Function* of_libc(const char* name, Function*) {
    static void* const libc = ::dlopen("libc.so.6", RTLD_LAZY | RTLD_NOLOAD);
    return reinterpret_cast<Function*>(::dlsym(libc, name));
}

double cpu_ns() {
    timespec now{};
    ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) * 1e9 + static_cast<double>(now.tv_nsec);
}

/// Medians of ns for a call of each, in blocks that take turns.
template <class First, class Second>
std::array<double, 2> in_turns(First first, Second second) {
    constexpr int blocks = 201;
    constexpr int calls = 2000;
    std::array<std::vector<double>, 2> times;
    const auto measure = [&](std::vector<double>& into, auto& call) {
        const double begin = cpu_ns();
        for (int i = 0; i < calls; ++i) {
            call();
        }
        into.push_back((cpu_ns() - begin) / calls);
    };
    for (int i = 0; i < blocks; ++i) {
        measure(times[0], first);
        measure(times[1], second);
    }
    for (auto& each : times) {
        std::nth_element(each.begin(), each.begin() + blocks / 2, each.end());
    }
    return {times[0][blocks / 2], times[1][blocks / 2]};
}

/// write() and read() of 64 bytes that are there at once.
std::array<double, 2> reads_and_writes() {
    std::array<int, 2> ends{};
    if (::socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()) != 0) {
        std::abort();
    }
    std::array<char, 64> bytes{};
    const auto with = [&](auto* write_one, auto* read_one) {
        return [&, write_one, read_one] {
            if (write_one(ends[0], bytes.data(), bytes.size()) != 64 ||
                read_one(ends[1], bytes.data(), bytes.size()) != 64) {
                std::abort();
            }
        };
    };
    return in_turns(with(&::write, &::read),
                    with(of_libc("write", &::write), of_libc("read", &::read)));
}

std::array<double, 2> mutexes() {
    pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
    const auto with = [&](auto* lock, auto* unlock) {
        return [&, lock, unlock] {
            lock(&mutex);
            unlock(&mutex);
        };
    };
    return in_turns(with(&::pthread_mutex_lock, &::pthread_mutex_unlock),
                    with(of_libc("pthread_mutex_lock", &::pthread_mutex_lock),
                         of_libc("pthread_mutex_unlock", &::pthread_mutex_unlock)));
}

constexpr std::string_view answer =
    "HTTP/1.1 200 OK\r\nContent-Length: 11\r\nContent-Type: text/plain\r\n\r\nhello world";

bool is_whole(std::string_view request) {
    return request.ends_with("\r\n\r\n");
}

void announce(unsigned port) {
    std::printf("%u\n", port);
    std::fflush(stdout);
}

void answer_by_libc(int peer) {
    std::array<char, 4096> request{};
    ssize_t size = 0;
    while ((size = ::read(peer, request.data(), request.size())) > 0) {
        if (is_whole({request.data(), static_cast<std::size_t>(size)}) &&
            ::write(peer, answer.data(), answer.size()) < 0) {
            break;
        }
    }
    ::close(peer);
}

void serve_by_libc() {
    sockaddr_in address{};
    socklen_t size = sizeof address;
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int listener = ::socket(AF_INET, SOCK_STREAM, 0);
    ::bind(listener, reinterpret_cast<sockaddr*>(&address), size);
    ::listen(listener, 1024);
    ::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size);
    announce(ntohs(address.sin_port));
    for (int peer = 0; (peer = ::accept(listener, nullptr, nullptr)) >= 0;) {
        spawn([peer] { answer_by_libc(peer); }).detach();
    }
}

void answer_by_weft(net::tcp_stream& peer) {
    std::array<std::byte, 4096> request{};
    while (const std::size_t size = peer.read_some(request)) {
        if (is_whole({reinterpret_cast<const char*>(request.data()), size})) {
            peer.write_all(std::as_bytes(std::span(answer)));
        }
    }
}

void serve_by_weft() {
    auto listener = net::tcp_listener::listen(net::address::loopback_v4(0));
    announce(listener.local_address().port());
    net::serve(listener, answer_by_weft, {.on_error = [](const std::exception_ptr&) {}});
}

void print(const std::array<double, 2>& measured) {
    std::printf("%f %f\n", measured[0], measured[1]);
}

}  // namespace

int main(int count, char** arguments) {
    const std::string_view figure = count == 2 ? arguments[1] : "";
    if (figure == "outside") {
        print(reads_and_writes());
    } else if (figure == "inside") {
        run([] { print(reads_and_writes()); });
    } else if (figure == "mutex") {
        run([] { print(mutexes()); });
    } else if (figure == "serve-libc") {
        run(serve_by_libc);
    } else if (figure == "serve-weft") {
        run(serve_by_weft);
    } else {
        std::fputs("usage: weft-interpose-side outside|inside|mutex|serve-libc|serve-weft\n",
                   stderr);
        return 2;
    }
    return 0;
}
