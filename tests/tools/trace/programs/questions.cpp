// SPDX-License-Identifier: BSL-1.0
//
// A program with one fault, or without any, for the questions of tests/tools/trace/README.md. Its
// argument says which. Prints `ready` once it does it, and runs until it is killed.
//
//     quick      requests that only sleep: no fault
//     slow       the same, ten times as long: another build of quick
//     dns        requests that look up a name of which the server says nothing
//     tls        requests that shake hands with a server that says nothing
//     herd       fibers that are all woken for what only one of them gets
//     single     the same, of which one is woken: no fault
//     orders     fibers that take two locks in different orders, never at the same time
//     ordered    the same, always in one order: no fault
//     leaver     fibers that end with a lock for which others wait
//     io         requests that wait for data of another fiber
//     behind     requests that are ready while another fiber computes
//     block      a fiber that blocks the thread in poll()
//     pool       requests that wait in line for the only worker thread
//     compute    a fiber that computes in two functions, in one of them three times as long
//     deaf       a fiber that is cancelled, but waits on for a worker that does not ask
//     stubborn   a fiber that catches its cancellation, and goes on
//     obedient   a fiber that ends when it is cancelled: no fault

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <weft/condition_variable.hpp>
#include <weft/mutex.hpp>
#include <weft/net/dns.hpp>
#include <weft/net/pipe_stream.hpp>
#include <weft/net/tls.hpp>
#include <weft/pipe.hpp>
#include <weft/run.hpp>
#include <weft/scope.hpp>
#include <weft/task.hpp>
#include <weft/task_group.hpp>
#include <weft/this_fiber.hpp>
#include <weft/trace.hpp>
#include <weft/worker_pool.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <system_error>

// Not in an anonymous namespace: the tests look for these names in stacks.
namespace questions {

using namespace std::chrono_literals;

void serve_for_ever(const std::function<void()>& request) {
    for (;;) {
        const weft::trace::span span("request");
        request();
    }
}

/// A name server that says nothing: a port on which nobody reads.
std::string silent_server() {
    const int socket = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    sockaddr_in where{};
    where.sin_family = AF_INET;
    where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    auto* address = reinterpret_cast<sockaddr*>(&where);
    socklen_t size = sizeof where;
    if (::bind(socket, address, size) != 0 || ::getsockname(socket, address, &size) != 0) {
        throw std::system_error(errno, std::generic_category(), "no server");
    }
    return "127.0.0.1:" + std::to_string(ntohs(where.sin_port));
}

[[gnu::noinline]] void look_up(weft::net::resolver& names) {
    try {
        static_cast<void>(names.resolve("nobody.example", 80));
    } catch (const std::exception&) {
    }
}

void dns(weft::task_group&) {
    weft::net::resolver_options options;
    options.servers = {silent_server()};
    options.timeout = 100ms;
    options.tries = 1;
    options.hosts_file.clear();
    options.search = std::vector<std::string>();
    weft::net::resolver names(options);
    serve_for_ever([&] { look_up(names); });
}

[[gnu::noinline]] void shake_hands(const weft::net::tls_context& context) {
    auto there = weft::make_pipe();
    auto back = weft::make_pipe();
    auto transport =
        std::make_unique<weft::net::pipe_stream>(std::move(back.first), std::move(there.second));
    try {
        weft::net::tls_stream(std::move(transport), context, "silent.example").handshake();
    } catch (const std::exception&) {
    }
}

void tls(weft::task_group&) {
    const auto context = weft::net::tls_context::client({.handshake_timeout = 50ms});
    serve_for_ever([&] { shake_hands(context); });
}

/// Ten fibers that take what is brought, one by one.
void bring(weft::task_group& group, void (weft::condition_variable::*tell)() noexcept) {
    struct place {
        weft::mutex guard;
        weft::condition_variable filled;
        int things = 0;
    };
    const auto shared = std::make_shared<place>();
    for (int i = 0; i < 10; ++i) {
        group.spawn([shared] {
            for (;;) {
                std::unique_lock lock(shared->guard);
                shared->filled.wait(lock, [&] { return shared->things > 0; });
                --shared->things;
            }
        });
    }
    for (;;) {
        weft::this_fiber::sleep_for(1ms);
        ++shared->things;
        (shared->filled.*tell)();
    }
}

void herd(weft::task_group& group) {
    bring(group, &weft::condition_variable::notify_all);
}

void single(weft::task_group& group) {
    bring(group, &weft::condition_variable::notify_one);
}

/// Of a worker: it blocks its thread.
void block_for(int milliseconds) {
    ::poll(nullptr, 0, milliseconds);
}

[[gnu::noinline]] void lock_both(weft::mutex& first, weft::mutex& second) {
    const std::scoped_lock held(first);
    const std::scoped_lock both(second);
}

/// One fiber waits for the second lock with the first one, for which another one waits.
void meet(weft::mutex& first, weft::mutex& second) {
    weft::with_task_group([&](weft::task_group& both) {
        const std::scoped_lock held(second);
        both.spawn([&] { lock_both(first, second); });
        both.spawn([&] { const std::scoped_lock wanted(first); });
        weft::this_fiber::sleep_for(1ms);
    });
}

void take_locks(bool in_both_orders) {
    weft::mutex one;
    weft::mutex other;
    const weft::trace::object_name first(&one, "one");
    const weft::trace::object_name second(&other, "other");
    for (;;) {
        meet(one, other);
        in_both_orders ? meet(other, one) : meet(one, other);
    }
}

void leaver(weft::task_group& group) {
    for (;;) {
        const auto lock = std::make_shared<weft::mutex>();
        group.spawn(
            [lock] {
                lock->lock();
                weft::this_fiber::sleep_for(5ms);
            },
            {.name = "leaver"});
        group.spawn([lock] {
            weft::this_fiber::sleep_for(1ms);
            const std::scoped_lock wanted(*lock);
        });
        weft::this_fiber::sleep_for(50ms);
    }
}

void pool(weft::task_group& group) {
    const auto request = [] { weft::to_thread([] { block_for(20); }); };
    for (int i = 0; i < 2; ++i) {
        group.spawn([request] { serve_for_ever(request); });
    }
}

[[gnu::noinline]] void read_answer(weft::pipe_reader& from) {
    std::array<std::byte, 1> answer{};
    static_cast<void>(from.read_some(answer));
}

void io(weft::task_group& group) {
    auto [from, to] = weft::make_pipe();
    const auto reader = std::make_shared<weft::pipe_reader>(std::move(from));
    group.spawn([reader] { serve_for_ever([&] { read_answer(*reader); }); });
    for (;;) {
        weft::this_fiber::sleep_for(20ms);
        to.write_all(std::array{std::byte{'a'}});
    }
}

void block(weft::task_group& group) {
    group.spawn(
        [] {
            for (;;) {
                weft::this_fiber::sleep_for(10ms);
                block_for(60);
            }
        },
        {.name = "blocker"});
}

volatile std::uint64_t result = 0;

[[gnu::noinline]] void hash(int rounds) {
    for (int i = 0; i < rounds; ++i) {
        result = result * 31 + 7;
    }
}

[[gnu::noinline]] void parse(int rounds) {
    for (int i = 0; i < rounds; ++i) {
        result = result * 33 + 1;
    }
}

void compute(weft::task_group& group) {
    constexpr int rounds = 100'000;
    group.spawn(
        [] {
            for (;;) {
                hash(3 * rounds);
                parse(rounds);
                weft::this_fiber::yield();
            }
        },
        {.name = "computer"});
}

/// Whoever gives way to it is ready all the time, but must wait for the end of a stretch.
void behind(weft::task_group& group) {
    group.spawn(
        [] {
            for (;;) {
                const auto end = weft::clock::now() + 10ms;
                while (weft::clock::now() < end) {
                }
                weft::this_fiber::yield();
            }
        },
        {.name = "computer"});
    serve_for_ever([] {
        weft::this_fiber::yield();
        weft::this_fiber::sleep_for(2ms);
    });
}

/// Every 300 ms a fiber that does this is cancelled 20 ms after it began.
void cancel(const std::function<void()>& what) {
    for (;;) {
        auto task = weft::spawn(what, {.name = "cancelled one"});
        weft::this_fiber::sleep_for(20ms);
        task.cancel();
        weft::this_fiber::sleep_for(280ms);
        task.detach();
    }
}

// A worker that does not look whether it is still wanted.
void deaf(weft::task_group&) {
    cancel([] { weft::to_thread([] { block_for(250); }); });
}

void stubborn(weft::task_group&) {
    cancel([] {
        for (;;) {
            try {
                weft::this_fiber::sleep_for(5ms);
            } catch (const weft::cancelled&) {
                weft::shield_for(1s, [] { weft::this_fiber::sleep_for(5ms); });
            }
        }
    });
}

void obedient(weft::task_group&) {
    cancel([] { weft::this_fiber::sleep_for(1h); });
}

const std::map<std::string, std::function<void(weft::task_group&)>> all{
    {"quick", [](auto&) { serve_for_ever([] { weft::this_fiber::sleep_for(2ms); }); }},
    {"slow", [](auto&) { serve_for_ever([] { weft::this_fiber::sleep_for(20ms); }); }},
    {"dns", dns},
    {"tls", tls},
    {"herd", herd},
    {"single", single},
    {"orders", [](auto&) { take_locks(true); }},
    {"ordered", [](auto&) { take_locks(false); }},
    {"leaver", leaver},
    {"io", io},
    {"behind", behind},
    {"block", block},
    {"pool", pool},
    {"compute", compute},
    {"deaf", deaf},
    {"stubborn", stubborn},
    {"obedient", obedient},
};

}  // namespace questions

int main(int count, char** arguments) {
    const auto asked = questions::all.find(count == 2 ? arguments[1] : "");
    if (asked == questions::all.end()) {
        return 2;
    }
    weft::run_options options;
    options.worker_threads = 1;
    weft::run(
        [&] {
            std::puts("ready");
            std::fflush(stdout);
            weft::with_task_group(asked->second);
        },
        options);
}
