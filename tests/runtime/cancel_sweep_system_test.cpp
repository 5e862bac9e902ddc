// SPDX-License-Identifier: BSL-1.0
//
// The sweep of cancel_sweep_test.cpp over processes, files, pipes, sockets and workers. They take
// real time, so points are not the same in every run. run_process(), the start of a process,
// signals and calls between runtimes are swept where they are tested.
#include <weft/directory.hpp>
#include <weft/file.hpp>
#include <weft/file_system.hpp>
#include <weft/pipe.hpp>
#include <weft/process.hpp>
#include <weft/scope.hpp>
#include <weft/semaphore.hpp>
#include <weft/shutdown.hpp>
#include <weft/temporary_directory.hpp>
#include <weft/this_worker.hpp>
#include <weft/worker_pool.hpp>

#include "support/children.hpp"
#include "support/descriptors.hpp"

#include "cancel_sweep.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <utility>

namespace weft {
namespace {

using namespace std::chrono_literals;
using test::bytes_of;
using test::cast;

class CancelSystemSweepSlow : public test::cancel_sweep {
protected:
    CancelSystemSweepSlow() {
        most_points = 40;
        orders = test::sanitized() ? 2 : 6;
    }
    ~CancelSystemSweepSlow() override { EXPECT_FALSE(test::has_children()); }
};

std::shared_ptr<process> start_cat() {
    return std::make_shared<process>(
        std::vector<std::string>{"cat"},
        process_options{.input = redirect::pipe, .output = redirect::pipe});
}

TEST_F(CancelSystemSweepSlow, ProcessWait) {
    use_real_time();
    cancel_everywhere([] {
        auto cat = start_cat();
        const auto waiter = [cat] { EXPECT_EQ(cat->wait(), exit_status::exited(0)); };
        const auto closer = [cat] {
            let_others_run(3);
            cat->input().close();
        };
        return cast{
            waiter, {waiter, closer}, [cat] { EXPECT_EQ(cat->status(), exit_status::exited(0)); }};
    });
}

// The process outlives a cancelled call, and ends with its object.
TEST_F(CancelSystemSweepSlow, Communicate) {
    use_real_time();
    cancel_everywhere([] {
        auto cat = start_cat();
        auto output = std::make_shared<std::string>();
        const auto victim = [cat, output] { *output = cat->communicate("hello").output; };
        return cast{victim, {}, [cat, output] {
                        EXPECT_TRUE(*output == "hello" || output->empty());
                        EXPECT_TRUE(output->empty() || cat->status());
                    }};
    });
}

/// A file in a folder of its own; what is in it, and what a fiber knows to be.
struct open_file {
    temporary_directory folder;
    std::filesystem::path path = folder.path() / "file";
    file opened = file::open(path, {.write = true, .create = true, .append = true});
    std::string text;
};

TEST_F(CancelSystemSweepSlow, FileWrites) {
    cancel_everywhere([] {
        auto shared = std::make_shared<open_file>();
        const auto writer = [shared] {
            for (int i = 0; i < 3; ++i) {
                shared->opened.write_all(bytes_of("abc"));
                shared->text += "abc";
            }
        };
        return cast{writer, {writer}, [shared] {
                        EXPECT_EQ(file_system::read_file(shared->path), shared->text);
                    }};
    });
}

TEST_F(CancelSystemSweepSlow, FileReads) {
    cancel_everywhere([] {
        auto shared = std::make_shared<open_file>();
        shared->opened.write_all(bytes_of("0123456789"));
        shared->opened.seek(0);
        const auto reader = [shared] {
            std::array<std::byte, 3> piece{};
            while (const auto count = shared->opened.read_some(piece)) {
                shared->text.append(reinterpret_cast<const char*>(piece.data()), count);
            }
        };
        return cast{reader, {}, [shared] {
                        shared->opened.read_all(shared->text);
                        EXPECT_EQ(shared->text, "0123456789");
                    }};
    });
}

TEST_F(CancelSystemSweepSlow, Directory) {
    cancel_everywhere([] {
        struct shared_state {
            temporary_directory folder;
            std::unique_ptr<directory> listed;
            std::set<std::string> seen;

            void list() {
                while (const auto item = listed->next()) {
                    EXPECT_TRUE(seen.insert(item->path.filename()).second);
                }
            }
        };
        auto shared = std::make_shared<shared_state>();
        for (const char* name : {"a", "b", "c"}) {
            file_system::write_file(shared->folder.path() / name, "");
        }
        shared->listed = std::make_unique<directory>(shared->folder.path());
        return cast{[shared] { shared->list(); },
                    {},
                    [shared] {
                        shared->list();
                        EXPECT_EQ(shared->seen, (std::set<std::string>{"a", "b", "c"}));
                    }};
    });
}

TEST_F(CancelSystemSweepSlow, PipeReader) {
    cancel_everywhere([] {
        struct shared_state {
            std::pair<pipe_reader, pipe_writer> ends = make_pipe();
            std::string received;

            void receive() {
                std::array<std::byte, 1> one{};
                while (ends.first.read_some(one) == 1) {
                    received += static_cast<char>(one[0]);
                }
            }
        };
        auto shared = std::make_shared<shared_state>();
        const auto writer = [shared] {
            for (char each = '0'; each <= '9'; ++each) {
                shared->ends.second.write_all(bytes_of({&each, 1}));
                this_fiber::yield();
            }
            shared->ends.second.close();
        };
        return cast{[shared] { shared->receive(); },
                    {writer},
                    [shared] {
                        shared->receive();
                        EXPECT_EQ(shared->received, "0123456789");
                    }};
    });
}

// A socket that holds a few bytes only, so that senders wait.
TEST_F(CancelSystemSweepSlow, Send) {
    most_points = 150;
    cancel_everywhere([] {
        struct shared_state {
            std::pair<unique_fd, unique_fd> ends = test::socket_pair();
            std::size_t sent = 0;
            std::size_t received = 0;
        };
        auto shared = std::make_shared<shared_state>();
        const int least = 1;
        ::setsockopt(shared->ends.first.get(), SOL_SOCKET, SO_SNDBUF, &least, sizeof least);
        const auto sender = [shared] {
            for (int i = 0; i < 10; ++i) {
                test::send_text(shared->ends.first, "x");
                ++shared->sent;
            }
        };
        const auto receiver = [shared] {
            while (move_on_after(1s, [&] {
                shared->received += test::receive_text(shared->ends.second, 1).size();
            })) {
            }
        };
        return cast{sender, {sender, receiver}, [shared] {
                        EXPECT_EQ(shared->received, shared->sent);
                        EXPECT_GE(shared->sent, 10U);
                    }};
    });
}

TEST_F(CancelSystemSweepSlow, WorkersWithALimiter) {
    options.worker_threads = 2;
    for (const auto policy : {on_cancel::wait, on_cancel::abandon}) {
        cancel_everywhere([policy] {
            struct shared_state {
                counting_semaphore limiter{1, 1};
                std::atomic<int> inside{0};
                std::atomic<int> executed{0};
                int returned = 0;
            };
            auto shared = std::make_shared<shared_state>();
            const auto caller = [shared, policy] {
                for (int i = 0; i < 2; ++i) {
                    const auto visit = [shared] {
                        EXPECT_EQ(++shared->inside, 1);
                        ++shared->executed;
                        --shared->inside;
                    };
                    to_thread(shared->limiter, visit, policy);
                    ++shared->returned;
                }
            };
            return cast{caller, {caller}, [shared, policy] {
                            shared->limiter.acquire();  // what was abandoned has ended, too
                            EXPECT_GE(shared->executed, shared->returned);
                            EXPECT_TRUE(policy == on_cancel::abandon ||
                                        shared->executed == shared->returned);
                        }};
        });
    }
}

TEST_F(CancelSystemSweepSlow, CallsBackFromWorkers) {
    cancel_everywhere([] {
        struct shared_state {
            int asked = 0;
            int answered = 0;
            int returned = 0;
        };
        auto shared = std::make_shared<shared_state>();
        const auto caller = [shared] {
            for (int i = 0; i < 2; ++i) {
                to_thread([shared] {
                    this_worker::run([shared] {
                        this_fiber::yield();
                        ++shared->asked;
                    });
                    this_worker::run([shared] { ++shared->answered; });
                });
                ++shared->returned;
            }
        };
        return cast{caller, {caller}, [shared] {
                        EXPECT_EQ(shared->asked, shared->answered);
                        EXPECT_EQ(shared->answered, shared->returned);
                    }};
    });
}

TEST_F(CancelSystemSweepSlow, GracefulShutdown) {
    struct sigaction before {};
    struct sigaction ignoring {};
    ignoring.sa_handler = SIG_IGN;
    ::sigaction(SIGUSR1, &ignoring, &before);
    cancel_everywhere([] {
        const auto victim = [] {
            const auto outcome =
                with_graceful_shutdown([](event& stop) { stop.wait(); }, {.signals = {SIGUSR1}});
            EXPECT_EQ(outcome, shutdown_outcome::stopped);
        };
        const auto stopper = [] {
            let_others_run(7);
            ::raise(SIGUSR1);
        };
        const auto check = [] {
            struct sigaction now {};
            ::sigaction(SIGUSR1, nullptr, &now);
            EXPECT_EQ(now.sa_handler, SIG_IGN);
        };
        return cast{victim, {stopper}, check};
    });
    ::sigaction(SIGUSR1, &before, nullptr);
}

}  // namespace
}  // namespace weft
