// SPDX-License-Identifier: BSL-1.0
//
// A queue of jobs, the most urgent first: join() waits until all are done, shutdown() sends the
// workers home.
#include "guide/guide.hpp"

#include <weft/queue.hpp>
#include <weft/run.hpp>
#include <weft/task_group.hpp>
#include <weft/this_fiber.hpp>

#include <chrono>
#include <cstdio>

namespace {

using namespace std::chrono_literals;

struct job {
    int urgency;
    const char* name;
    bool operator<(const job& other) const { return urgency < other.urgency; }
};

void work(weft::priority_queue<job>& jobs) {
    try {
        for (;;) {
            const job next = jobs.get();
            weft::this_fiber::sleep_for(10ms);
            std::printf("%s\n", next.name);
            jobs.task_done();
        }
    } catch (const weft::queue_shut_down&) {
        std::printf("a worker goes home\n");
    }
}

}  // namespace

int main() {
    weft::run(
        [] {
            weft::priority_queue<job> jobs(10);
            jobs.put({1, "tidy up"});
            jobs.put({3, "put out the fire"});
            jobs.put({2, "answer the phone"});
            weft::with_task_group([&](weft::task_group& group) {
                group.spawn([&] { work(jobs); });
                group.spawn([&] { work(jobs); });
                jobs.join();
                std::printf("all done\n");
                jobs.shutdown();
            });
        },
        guide::options());
}
