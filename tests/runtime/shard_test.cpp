// SPDX-License-Identifier: BSL-1.0
#include <weft/shard.hpp>

#include <weft/error.hpp>
#include <weft/scope.hpp>
#include <weft/task.hpp>

#include "support/descriptors.hpp"
#include "support/runtime_test.hpp"

#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <mutex>
#include <set>
#include <stdexcept>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

namespace weft {
namespace {

using namespace std::chrono_literals;

class Shard : public test::runtime_test {
protected:
    Shard() { use_real_time(); }

    void sharded(std::size_t count, const std::function<void(shard&)>& function) {
        run_sharded(count, function, options);
    }
};

TEST_F(Shard, EachRunsOnAThreadOfItsOwn) {
    std::mutex guard;
    std::set<std::size_t> numbers;
    std::set<std::thread::id> threads;
    sharded(4, [&](shard& self) {
        const std::lock_guard lock(guard);
        EXPECT_EQ(self.count(), 4U);
        numbers.insert(self.index());
        threads.insert(std::this_thread::get_id());
    });
    EXPECT_EQ(numbers, (std::set<std::size_t>{0, 1, 2, 3}));
    EXPECT_EQ(threads.size(), 4U);
    EXPECT_TRUE(threads.contains(std::this_thread::get_id()));
}

TEST_F(Shard, ThreadsHaveNames) {
    const auto name = [] {
        std::array<char, 16> found{};
        ::pthread_getname_np(::pthread_self(), found.data(), found.size());
        return std::string(found.data());
    };
    const auto before = name();
    sharded(2,
            [&](shard& self) { EXPECT_EQ(name(), self.index() == 0 ? before : "weft-shard-1"); });
}

TEST_F(Shard, AsManyAsProcessorsByDefault) {
    std::atomic<std::size_t> ran{0};
    sharded(0, [&](shard& self) {
        EXPECT_EQ(self.count(), std::max(std::thread::hardware_concurrency(), 1U));
        ++ran;
    });
    EXPECT_EQ(ran, std::max(std::thread::hardware_concurrency(), 1U));
}

TEST_F(Shard, CallsEachOther) {
    std::atomic<int> sum{0};
    sharded(3, [&](shard& self) {
        for (std::size_t other = 0; other < self.count(); ++other) {
            const auto thread = self.runtime(other).call([&, number = self.index()] {
                this_fiber::yield();
                sum += static_cast<int>(number);
                return std::this_thread::get_id();
            });
            EXPECT_EQ(thread == std::this_thread::get_id(), other == self.index());
        }
    });
    EXPECT_EQ(sum, 9);
}

TEST_F(Shard, PostsToEachOther) {
    std::atomic<int> arrived{0};
    sharded(3, [&](shard& self) {
        for (std::size_t other = 0; other < self.count(); ++other) {
            self.runtime(other).post([&] { ++arrived; });
        }
        while (arrived < 9) {
            this_fiber::yield();
        }
    });
    EXPECT_EQ(arrived, 9);
}

// One that has nothing to do any more serves the others until the last has ended.
TEST_F(Shard, ServesOthersAfterItsFunction) {
    sharded(2, [](shard& self) {
        if (self.index() == 0) {
            for (int i = 0; i < 100; ++i) {
                EXPECT_EQ(self.runtime(1).call([i] { return i; }), i);
            }
        }
    });
}

TEST_F(Shard, FailureCancelsTheOthers) {
    std::atomic<int> cancelled_ones{0};
    const auto failing_in = [&](std::size_t which) {
        sharded(3, [&, which](shard& self) {
            if (self.index() == which) {
                throw std::runtime_error("shard " + std::to_string(which));
            }
            try {
                this_fiber::sleep_for(1h);
            } catch (const cancelled& request) {
                EXPECT_EQ(request.reason(), "another shard has failed");
                ++cancelled_ones;
                throw;
            }
        });
    };
    for (const std::size_t which : {0U, 1U, 2U}) {
        try {
            failing_in(which);
            ADD_FAILURE() << "nobody was told";
        } catch (const std::runtime_error& error) {
            EXPECT_EQ(error.what(), "shard " + std::to_string(which));
        }
    }
    EXPECT_EQ(cancelled_ones, 6);
}

TEST_F(Shard, SeveralFailuresBecomeAGroup) {
    try {
        sharded(3, [](shard& self) {
            if (self.index() != 1) {
                try {
                    this_fiber::sleep_for(1h);
                } catch (const cancelled&) {
                    throw std::logic_error("cleanup");
                }
            }
            throw std::runtime_error("first");
        });
        ADD_FAILURE() << "nobody was told";
    } catch (const exception_group& group) {
        EXPECT_EQ(group.errors().size(), 3U);
        EXPECT_NE(group.find<std::logic_error>(), nullptr);
    }
}

TEST_F(Shard, BadInputIsRefused) {
    EXPECT_THROW(sharded(1025, [](shard&) {}), usage_error);
    run([&] { EXPECT_THROW(sharded(2, [](shard&) {}), usage_error); });
    sharded(2, [](shard& self) { EXPECT_THROW(static_cast<void>(self.runtime(2)), usage_error); });
}

// Some runtimes cannot be made: the others end, and all is as before.
TEST_F(Shard, WithoutDescriptorsNoneRuns) {
    sharded(3,
            [](shard&) {});  // AddressSanitizer asks once, with a descriptor, for a stack's place
    rlimit before{};
    ::getrlimit(RLIMIT_NOFILE, &before);
    for (rlim_t more = 0; more < 6; ++more) {
        const rlimit few{test::lowest_free_descriptor() + more, before.rlim_max};
        ::setrlimit(RLIMIT_NOFILE, &few);
        std::atomic<int> ran{0};
        EXPECT_ANY_THROW(sharded(3, [&](shard&) { ++ran; }));
        EXPECT_EQ(ran, 0);
        ::setrlimit(RLIMIT_NOFILE, &before);
    }
    EXPECT_NO_THROW(sharded(3, [](shard&) {}));
}

/// Ends the process with how run_sharded() ended: 10: interrupted, 11: otherwise.
[[noreturn]] void exit_sharded(const std::function<void(shard&)>& function) {
    try {
        run_sharded(3, function);
        std::_Exit(11);
    } catch (const interrupted&) {
        std::_Exit(10);
    }
}

TEST_F(Shard, InterruptEndsThemAll) {
    std::atomic<int> cleaned{0};
    EXPECT_EXIT(exit_sharded([&](shard& self) {
                    if (self.index() == 2) {
                        ::kill(::getpid(), SIGINT);
                    }
                    try {
                        this_fiber::sleep_for(1h);
                    } catch (const cancelled&) {
                        if (++cleaned == 3) {
                            static_cast<void>(::write(STDERR_FILENO, "all cleaned", 11));
                        }
                        throw;
                    }
                }),
                ::testing::ExitedWithCode(10), "all cleaned");
}

// Also when shard 0 has nothing to do any more.
TEST_F(Shard, InterruptEndsThoseThatStillRun) {
    EXPECT_EXIT(exit_sharded([](shard& self) {
                    if (self.index() == 1) {
                        self.runtime(0).call([] {
                            this_fiber::sleep_for(1ms);
                            ::raise(SIGINT);
                        });
                    }
                    if (self.index() != 0) {
                        this_fiber::sleep_for(1h);
                    }
                }),
                ::testing::ExitedWithCode(10), "");
}

TEST_F(Shard, SecondInterruptWaitsForNobody) {
    EXPECT_EXIT(exit_sharded([](shard& self) {
                    if (self.index() == 0) {
                        ::raise(SIGINT);
                        ::raise(SIGINT);
                    }
                    shield_for(1h, [] { this_fiber::sleep_for(1h); });
                }),
                ::testing::ExitedWithCode(10), "");
}

// Every shard has its own reactor: traffic and timers of all at the same time.
TEST_F(Shard, ManyFibersInEach) {
    std::atomic<int> messages{0};
    sharded(4, [&](shard& self) {
        std::vector<task<>> all;
        for (int i = 0; i < 50; ++i) {
            all.push_back(spawn([&, i] {
                auto [left, right] = test::socket_pair();
                test::send_text(left, "x");
                this_fiber::sleep_for(1ms);
                messages += static_cast<int>(test::receive_text(right).size());
                const auto other = (self.index() + static_cast<std::size_t>(i)) % self.count();
                EXPECT_EQ(self.runtime(other).call([i] { return i; }), i);
            }));
        }
        for (auto& each : all) {
            each.get();
        }
    });
    EXPECT_EQ(messages, 200);
}

}  // namespace
}  // namespace weft
