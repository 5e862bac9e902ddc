// SPDX-License-Identifier: BSL-1.0

// Names of hosts that take their time: only the calling fiber waits, however many there are.

#include "interpose/differential/name_server.hpp"
#include "support/runtime_test.hpp"

#include <weft/clock.hpp>
#include <weft/scope.hpp>
#include <weft/task.hpp>
#include <weft/unique_fd.hpp>

#include <fcntl.h>
#include <netdb.h>

#include <cerrno>
#include <chrono>
#include <vector>

namespace weft::test {
namespace {

using namespace std::chrono_literals;

struct quiet_session final : session {
    void meanwhile(std::function<void()>) override {}
};

/// Starts what stays until the process ends, before the test counts its descriptors.
struct started_servers {
    started_servers() {
        quiet_session with;
        resolver_setting(with).ask({servers::silent, servers::known});
    }
};

/// The next read of the file waits for the disk.
void drop_from_memory(const char* file) {
    const unique_fd opened(::open(file, O_RDONLY | O_CLOEXEC));
    if (opened.get() >= 0) {  // a machine may have none
        EXPECT_EQ(::posix_fadvise(opened.get(), 0, 0, POSIX_FADV_DONTNEED), 0);
    }
}

class NamesTest : private started_servers, public runtime_test {
protected:
    NamesTest() { options.worker_threads = 1; }

    static int error_of(const char* name) {
        addrinfo* found = nullptr;
        const int error = ::getaddrinfo(name, nullptr, nullptr, &found);
        if (error == 0) {
            ::freeaddrinfo(found);
        }
        return error;
    }

    /// Which answers as fast as the machine lets it: virtual time would not wait for it.
    void ask_the_known_one() {
        here.ask({servers::known});
        use_real_time();
    }

    quiet_session with;
    resolver_setting here{with};
};

TEST_F(NamesTest, AnyNumberOfFibersWaitForAServer) {
    here.ask({servers::silent});
    // The first one to look reads them, and must not keep the others from waiting meanwhile.
    drop_from_memory("/etc/nsswitch.conf");
    drop_from_memory("/etc/gai.conf");
    run([&] {
        const auto begin = clock::now();
        std::vector<task<int>> all;
        for (int i = 0; i < 40; ++i) {
            all.push_back(spawn([] { return error_of("one.test"); }));
        }
        for (task<int>& each : all) {
            EXPECT_EQ(each.get(), EAI_AGAIN);
        }
        EXPECT_GE(clock::now() - begin, 1s);
        EXPECT_LT(clock::now() - begin, 5s);
        let_others_run(50);
    });
    ask_the_known_one();
    run([&] { EXPECT_EQ(error_of("one.test"), 0); });
}

TEST_F(NamesTest, ADeadlineArrivesAsErrno) {
    here.ask({servers::silent});
    run([&] {
        int error = 0;
        int number = 0;
        EXPECT_THROW(fail_after(100ms,
                                [&] {
                                    error = error_of("one.test");
                                    number = errno;
                                    this_fiber::check_cancelled();
                                }),
                     timeout_error);
        EXPECT_EQ(error, EAI_SYSTEM);
        EXPECT_EQ(number, ETIMEDOUT);
        let_others_run();
    });
    ask_the_known_one();
    run([&] { EXPECT_EQ(error_of("one.test"), 0); });
}

TEST_F(NamesTest, GethostbynameHasAPlaceForEachFiber) {
    ask_the_known_one();
    run([&] {
        const hostent* const mine = ::gethostbyname("one.test");
        ASSERT_NE(mine, nullptr);
        spawn([] { EXPECT_STREQ(::gethostbyname("both.test")->h_name, "both.test"); }).join();
        EXPECT_STREQ(mine->h_name, "one.test");
    });
}

}  // namespace
}  // namespace weft::test
