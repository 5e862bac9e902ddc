// SPDX-License-Identifier: BSL-1.0
//
// 1,000 fibers do random operations on all primitives; every operation has a time limit, and any
// fiber may cancel what another one does. Afterwards all permits are there, every value has come
// out exactly once, and nobody was ever inside where he should not have been.
//
// WEFT_RANDOM_OPERATIONS sets how many (default 100,000), WEFT_RANDOM_SEED from which seed.
#include <weft/barrier.hpp>
#include <weft/capacity_limiter.hpp>
#include <weft/channel.hpp>
#include <weft/channel_ends.hpp>
#include <weft/condition_variable.hpp>
#include <weft/event.hpp>
#include <weft/latch.hpp>
#include <weft/mutex.hpp>
#include <weft/once.hpp>
#include <weft/queue.hpp>
#include <weft/recursive_mutex.hpp>
#include <weft/scope.hpp>
#include <weft/select.hpp>
#include <weft/semaphore.hpp>
#include <weft/shared_mutex.hpp>
#include <weft/task.hpp>
#include <weft/timed_mutex.hpp>

#include "support/runtime_test.hpp"
#include "support/visit.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <random>
#include <shared_mutex>
#include <string>
#include <utility>
#include <vector>

namespace weft {
namespace {

using namespace std::chrono_literals;
using RandomOperationsSlow = test::runtime_test;

constexpr std::size_t fibers = 1000;
constexpr int places = 5;

std::uint64_t from_environment(const char* name, std::uint64_t otherwise) {
    const char* text = std::getenv(name);
    return text != nullptr ? std::strtoull(text, nullptr, 10) : otherwise;
}

/// Is inside for a while.
void stay(int& inside, int most) {
    const test::visit here(inside, most);
    this_fiber::yield();
}

/// Undoes an acquire at the end of a lifetime.
template <class Source>
class releaser {
public:
    explicit releaser(Source& source) : source_(source) { source_.acquire(); }
    releaser(const releaser&) = delete;
    releaser& operator=(const releaser&) = delete;
    ~releaser() { source_.release(); }

private:
    Source& source_;
};

/// Everything that the fibers share, and one fiber's view of it.
class world {
public:
    explicit world(std::uint64_t seed) : random_(seed) {}

    /// One random operation of the fiber number `self`.
    void act(std::size_t self) {
        constexpr std::array operations{
            &world::lock,
            &world::lock_timed,
            &world::nest,
            &world::read,
            &world::write,
            &world::acquire,
            &world::borrow,
            &world::resize,
            &world::take_token,
            &world::make_token,
            &world::wait_for_event,
            &world::flip_event,
            &world::meet,
            &world::count_down,
            &world::call,
            &world::put,
            &world::get,
            &world::send,
            &world::receive,
            &world::choose,
            &world::cancel_another,
        };
        const auto chosen = operations[below(operations.size())];
        cancel_scope scope(clock::now() + below(4) * 1ms);
        acting_[self] = &scope;
        static_cast<void>(scope.run([&] { (this->*chosen)(); }));
        acting_[self] = nullptr;
    }

    /// Takes out what is left and compares.
    void expect_nothing_lost() {
        drain();
        EXPECT_EQ(permits_.available(), places);
        EXPECT_EQ(limiter_.borrowed(), 0U);
        EXPECT_EQ(tokens_made_, tokens_taken_ + tokens_);
        EXPECT_EQ(mutex_.statistics().owner + timed_.statistics().owner +
                      recursive_.statistics().owner + shared_.statistics().owner,
                  0U);
        EXPECT_EQ(shared_.statistics().readers, 0U);
        EXPECT_EQ(meeting_.statistics().waiting, 0U);
        std::size_t lost = 0;
        for (std::size_t i = 0; i < put_.size(); ++i) {
            lost += put_[i] != got_[i] ? 1U : 0U;
        }
        EXPECT_EQ(lost, 0U) << "of " << put_.size() << " values";
    }

private:
    std::size_t below(std::size_t limit) { return random_() % limit; }

    /// A value of its own for something that will be put somewhere.
    int next_value() {
        put_.push_back(0);
        got_.push_back(0);
        return static_cast<int>(put_.size()) - 1;
    }
    void mark_put(int value) { ++put_[static_cast<std::size_t>(value)]; }
    void mark_got(int value) { ++got_[static_cast<std::size_t>(value)]; }

    void lock() {
        const std::lock_guard held(mutex_);
        stay(in_mutex_, 1);
    }
    void lock_timed() {
        const std::unique_lock held(timed_, below(3) * 1ms);
        if (held.owns_lock()) {
            stay(in_timed_, 1);
        }
    }
    void nest() {
        const std::lock_guard outer(recursive_);
        const std::lock_guard inner(recursive_);
        stay(in_recursive_, 1);
    }
    void read() {
        const std::shared_lock held(shared_);
        EXPECT_EQ(writing_, 0);
        this_fiber::yield();
        EXPECT_EQ(writing_, 0);
    }
    void write() {
        const std::unique_lock held(shared_, below(3) * 1ms);
        if (held.owns_lock()) {
            stay(writing_, 1);
        }
    }
    void acquire() {
        const releaser held(permits_);
        stay(in_semaphore_, places);
    }
    void borrow() {
        const releaser held(limiter_);
        stay(in_limiter_, places);
    }
    void resize() { limiter_.set_total(1 + below(places)); }

    void take_token() {
        std::unique_lock held(mutex_);
        changed_.wait(held, [&] { return tokens_ > 0; });
        --tokens_;
        ++tokens_taken_;
    }
    void make_token() {
        const std::lock_guard held(mutex_);
        ++tokens_;
        ++tokens_made_;
        changed_.notify_one();
    }
    void wait_for_event() { happened_.wait(); }
    void flip_event() {
        happened_.set();
        happened_.clear();
    }
    void meet() { EXPECT_LT(meeting_.arrive_and_wait(), 3U); }
    void count_down() {
        const auto mine = latch_;
        mine->count_down();
        if (mine->try_wait()) {
            latch_ = std::make_shared<latch>(3);
        }
        mine->wait();
    }
    void call() {
        const auto mine = once_;
        call_once(*mine, [&] {
            this_fiber::yield();
            once_ = std::make_shared<once_flag>();
        });
        EXPECT_TRUE(mine->done());
    }

    template <class Send>
    void give(Send send) {
        const int value = next_value();
        send(value);
        mark_put(value);
    }
    void put() {
        const auto kind = below(3);
        give([&](int value) {
            kind == 0 ? fifo_.put(value) : kind == 1 ? lifo_.put(value) : urgent_.put(value);
        });
    }
    void get() {
        const auto kind = below(3);
        mark_got(kind == 0 ? fifo_.get() : kind == 1 ? lifo_.get() : urgent_.get());
        kind == 0 ? fifo_.task_done() : kind == 1 ? lifo_.task_done() : urgent_.task_done();
    }
    void send() {
        const auto kind = below(3);
        give([&](int value) {
            if (kind < 2) {
                (kind == 0 ? meeting_point_ : buffered_).send(value);
            } else {
                auto own = ends_.first;
                own.send(value);
            }
        });
    }
    void receive() {
        const auto kind = below(3);
        if (kind < 2) {
            mark_got((kind == 0 ? meeting_point_ : buffered_).receive().value());
        } else {
            auto own = ends_.second;
            mark_got(own.receive().value());
        }
    }
    void choose() {
        const auto take = [&](std::optional<int> value) { mark_got(value.value()); };
        int value = next_value();
        const auto sent = [&, sent_value = value] { mark_put(sent_value); };
        select(on_set(happened_), on_receive(meeting_point_, take),
               on_acquire(permits_, [&] { permits_.release(); }),
               on_send(meeting_point_, value, sent), on_receive(ends_.second, take),
               on_get(urgent_,
                      [&](int item) {
                          mark_got(item);
                          urgent_.task_done();
                      }),
               on_send(buffered_, value, sent), on_timeout(below(3) * 1ms));
    }
    void cancel_another() {
        if (auto* scope = acting_[below(fibers)]) {
            scope->cancel();
        }
    }

    void drain() {
        ends_.first.close();
        for (auto* each : {&meeting_point_, &buffered_}) {
            while (const auto left = each->try_receive()) {
                mark_got(*left);
            }
        }
        while (const auto left = ends_.second.try_receive()) {
            mark_got(*left);
        }
        drain(fifo_);
        drain(lifo_);
        drain(urgent_);
    }
    template <class Queue>
    void drain(Queue& left) {
        EXPECT_EQ(left.statistics().unfinished, left.statistics().size);
        while (const auto item = left.try_get()) {
            mark_got(*item);
        }
    }

    std::mt19937_64 random_;
    std::array<cancel_scope*, fibers> acting_{};
    std::vector<std::uint8_t> put_;
    std::vector<std::uint8_t> got_;
    int in_mutex_ = 0, in_timed_ = 0, in_recursive_ = 0, writing_ = 0;
    int in_semaphore_ = 0, in_limiter_ = 0;
    int tokens_ = 0, tokens_made_ = 0, tokens_taken_ = 0;

    mutex mutex_;
    timed_mutex timed_;
    recursive_mutex recursive_;
    shared_timed_mutex shared_;
    condition_variable changed_;
    counting_semaphore permits_{places, places};
    capacity_limiter limiter_{places};
    event happened_;
    barrier meeting_{3};
    std::shared_ptr<latch> latch_ = std::make_shared<latch>(3);
    std::shared_ptr<once_flag> once_ = std::make_shared<once_flag>();
    queue<int> fifo_{4};
    lifo_queue<int> lifo_{4};
    priority_queue<int> urgent_{4};
    channel<int> meeting_point_{0};
    channel<int> buffered_{3};
    std::pair<sender<int>, receiver<int>> ends_ = make_channel<int>(2);
};

TEST_F(RandomOperationsSlow, LoseNothing) {
    const auto operations = from_environment("WEFT_RANDOM_OPERATIONS", 100'000);
    options.order_seed = from_environment("WEFT_RANDOM_SEED", 1);
    SCOPED_TRACE("seed " + std::to_string(options.order_seed));
    may_compute();
    run([&] {
        world shared(options.order_seed);
        std::vector<task<>> all;
        for (std::size_t self = 0; self < fibers; ++self) {
            all.push_back(spawn([&, self] {
                for (std::uint64_t i = 0; i < operations / fibers; ++i) {
                    shared.act(self);
                }
            }));
        }
        for (auto& each : all) {
            each.get();
        }
        shared.expect_nothing_lost();
    });
}

}  // namespace
}  // namespace weft
