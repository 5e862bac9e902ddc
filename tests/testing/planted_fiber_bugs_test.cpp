// SPDX-License-Identifier: BSL-1.0
//
// Bugs among fibers alone: the order of ready fibers shows them.
#include "planted_bugs.hpp"

#include <weft/condition_variable.hpp>
#include <weft/event.hpp>
#include <weft/mutex.hpp>
#include <weft/scope.hpp>
#include <weft/task.hpp>
#include <weft/this_fiber.hpp>

#include <chrono>
#include <deque>
#include <mutex>
#include <optional>
#include <vector>

namespace weft::testing {

namespace {

using namespace std::chrono_literals;

/// Counts what passes; shared, therefore locked.
class census {
public:
    void count() {
        const std::lock_guard lock(mutex_);
        ++passed_;
        this_fiber::yield();
    }

private:
    mutex mutex_;
    int passed_ = 0;
};

/// A mailbox whose reader looks, counts, and only then waits: what comes in between wakes nobody.
class pulsing_mailbox {
public:
    void put(int letter) {
        letters_.push_back(letter);
        arrived_.set();
        arrived_.clear();
    }
    int take(census& visits) {
        while (letters_.empty()) {
            visits.count();
            arrived_.wait();
        }
        const int letter = letters_.front();
        letters_.pop_front();
        return letter;
    }

private:
    std::deque<int> letters_;
    event arrived_;
};

/// The same with a condition.
class locked_mailbox {
public:
    void put(int letter) {
        const std::lock_guard lock(mutex_);
        letters_.push_back(letter);
        arrived_.notify_one();
    }
    int take(census& visits) {
        visits.count();
        std::unique_lock lock(mutex_);
        arrived_.wait(lock, [this] { return !letters_.empty(); });
        const int letter = letters_.front();
        letters_.pop_front();
        return letter;
    }

private:
    mutex mutex_;
    condition_variable arrived_;
    std::deque<int> letters_;
};

template <class Mailbox>
void exchange_letters(simulation& world) {
    constexpr int letters = 5;
    Mailbox box;
    census visits;
    auto reader = spawn(
        [&] {
            for (int i = 0; i < letters; ++i) {
                world.require(box.take(visits) == i, "letters come in order");
            }
        },
        {.name = "reader"});
    auto writer = spawn([&] {
        for (int i = 0; i < letters; ++i) {
            visits.count();
            box.put(i);
        }
    });
    writer.get();
    reader.get();
}

/// Lends a few things. Who waits gets one handed over by who gives back. With the bug, one that is
/// cancelled just after it was handed something leaves without it.
class lender {
public:
    lender(int things, variant which) : free_(things), which_(which) {}

    /// Hands over; from then on the thing is the caller's.
    void take() {
        if (free_ > 0) {
            --free_;
            return;
        }
        event handed;
        waiting_.push_back(&handed);
        try {
            handed.wait();
        } catch (const cancelled&) {  // perhaps before it waited: then it may have been handed one
            std::erase(waiting_, &handed);
            if (which_ == variant::fixed && handed.is_set()) {
                give_back();
            }
            throw;
        }
    }
    void give_back() noexcept {
        if (waiting_.empty()) {
            ++free_;
            return;
        }
        waiting_.front()->set();
        waiting_.pop_front();
    }
    [[nodiscard]] int free() const noexcept { return free_; }

private:
    int free_;
    variant which_;
    std::deque<event*> waiting_;
};

/// Has a thing for a lifetime.
class loan {
public:
    explicit loan(lender& from) : from_(from) { from_.take(); }
    loan(const loan&) = delete;
    loan& operator=(const loan&) = delete;
    ~loan() { from_.give_back(); }

private:
    lender& from_;
};

void lend_and_cancel(simulation& world, variant which) {
    lender things(1, which);
    std::vector<task<void>> borrowers;
    for (int i = 0; i < 4; ++i) {
        borrowers.push_back(spawn([&] {
            const loan mine(things);
            this_fiber::sleep_for(std::chrono::milliseconds(world.between(1, 3)));
        }));
    }
    this_fiber::sleep_for(std::chrono::milliseconds(world.between(1, 6)));
    borrowers[world.between(0, 3)].cancel();
    for (auto& each : borrowers) {
        each.join();
    }
    world.require(things.free() == 1, "what was lent is back");
}

}  // namespace

TEST(PlantedBugs, LostWakeUpIsFound) {
    expect_found([](simulation& world, variant which) {
        if (which == variant::planted) {
            exchange_letters<pulsing_mailbox>(world);
        } else {
            exchange_letters<locked_mailbox>(world);
        }
    });
}

TEST(PlantedBugs, RaceBetweenCancelAndHandOffIsFound) {
    expect_found(lend_and_cancel);
}

}  // namespace weft::testing
