// SPDX-License-Identifier: BSL-1.0
//
// redis_workers PORT STREAM NAME [WORKERS]: takes jobs from a Redis stream until SIGINT or SIGTERM.
//
// Any number of these programs, on any number of machines, share the jobs of one consumer group:
// Redis gives each job to one of them, and keeps it until it is acknowledged. Within a program
// each worker is a fiber with a connection of its own; hiredis is Debian's and blocks only it.
//
//     redis-cli XADD jobs '*' text hello
#include <weft/run.hpp>
#include <weft/scope.hpp>
#include <weft/shutdown.hpp>
#include <weft/task_group.hpp>
#include <weft/this_fiber.hpp>

#include <hiredis/hiredis.h>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <stdexcept>
#include <string>

namespace {

using connection = std::unique_ptr<redisContext, decltype(&redisFree)>;
using reply = std::unique_ptr<redisReply, decltype(&freeReplyObject)>;

constexpr const char* group = "workers";

template <class... Arguments>
reply command(const connection& to, const char* format, Arguments... arguments) {
    reply received(static_cast<redisReply*>(redisCommand(to.get(), format, arguments...)),
                   &freeReplyObject);
    weft::this_fiber::check_cancelled();  // what ended the call, if it was us
    if (received == nullptr) {
        throw std::runtime_error(to->errstr);
    }
    return received;
}

connection connect_to(int port) {
    connection made(redisConnect("127.0.0.1", port), &redisFree);
    if (made == nullptr || made->err != 0) {
        throw std::runtime_error(made != nullptr ? made->errstr : "no memory");
    }
    return made;
}

/// Of one job: its id, and the value of its first field.
void work_on(const connection& to, const char* stream, const std::string& name,
             const redisReply& job) {
    const char* id = job.element[0]->str;
    const redisReply& fields = *job.element[1];
    std::printf("%s: %s\n", name.c_str(), fields.elements > 1 ? fields.element[1]->str : "");
    std::fflush(stdout);
    command(to, "XACK %s %s %s", stream, group, id);
}

void work(int port, const char* stream, const std::string& name) {
    const auto to = connect_to(port);
    while (true) {
        const auto taken = command(to, "XREADGROUP GROUP %s %s COUNT 1 BLOCK 0 STREAMS %s >", group,
                                   name.c_str(), stream);
        if (taken->type != REDIS_REPLY_ARRAY) {
            throw std::runtime_error(taken->str != nullptr ? taken->str : "no jobs");
        }
        const redisReply& jobs = *taken->element[0]->element[1];
        for (std::size_t i = 0; i < jobs.elements; ++i) {
            work_on(to, stream, name, *jobs.element[i]);
        }
    }
}

void run_workers(int port, const char* stream, const std::string& name, int count) {
    // An error means that somebody else has made the group.
    command(connect_to(port), "XGROUP CREATE %s %s 0 MKSTREAM", stream, group);
    weft::with_task_group([&](weft::task_group& workers) {
        for (int i = 1; i <= count; ++i) {
            workers.spawn([=, own = name + "-" + std::to_string(i)] { work(port, stream, own); });
        }
    });
}

}  // namespace

int main(int count, char** arguments) {
    if (count < 4) {
        std::fputs("usage: redis_workers PORT STREAM NAME [WORKERS]\n", stderr);
        return 2;
    }
    const int port = std::atoi(arguments[1]);
    const int workers = count > 4 ? std::atoi(arguments[4]) : 4;
    try {
        weft::run([&] {
            weft::with_graceful_shutdown([&](weft::event& stop) {
                weft::with_task_group([&](weft::task_group& both) {
                    both.spawn([&] { run_workers(port, arguments[2], arguments[3], workers); });
                    stop.wait();
                    both.cancel("signal");
                });
            });
        });
        return 0;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "redis_workers: %s\n", error.what());
        return 1;
    }
}
