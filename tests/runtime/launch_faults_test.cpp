// SPDX-License-Identifier: BSL-1.0
//
// A kernel without memory for processes, or without pidfds. Stands in for posix_spawnp() and, for
// pidfd_open, syscall().
#include <weft/process.hpp>

#include <weft/error.hpp>

#include "support/children.hpp"
#include "support/errors.hpp"
#include "support/runtime_test.hpp"

#include <dlfcn.h>
#include <spawn.h>
#include <sys/syscall.h>

#include <cerrno>
#include <cstdarg>
#include <string>

namespace {

int spawn_error = 0;  // what posix_spawnp() returns; 0: what it does
int pidfd_error = 0;  // the errno of pidfd_open; 0: what it does

template <class Function>
Function* original(const char* name) {
    return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

}  // namespace

extern "C" int posix_spawnp(pid_t* pid, const char* file, const posix_spawn_file_actions_t* actions,
                            const posix_spawnattr_t* attributes, char* const* arguments,
                            char* const* environment) {
    static auto* const real = original<decltype(posix_spawnp)>("posix_spawnp");
    return spawn_error != 0 ? spawn_error
                            : real(pid, file, actions, attributes, arguments, environment);
}

extern "C" long syscall(long number, ...) noexcept {
    if (number == SYS_pidfd_open && pidfd_error != 0) {
        errno = pidfd_error;
        return -1;
    }
    static auto* const real = original<long(long, ...)>("syscall");
    va_list list;
    va_start(list, number);
    long of[6];
    for (auto& each : of) {
        each = va_arg(list, long);
    }
    va_end(list);
    return real(number, of[0], of[1], of[2], of[3], of[4], of[5]);
}

namespace weft {
namespace {

class LaunchFaults : public test::runtime_test {
protected:
    ~LaunchFaults() override {
        spawn_error = pidfd_error = 0;
        EXPECT_FALSE(test::has_children()) << "children are left";
    }

    /// Starts a process with every kind of descriptor; returns the error.
    static int start() {
        return test::error_of([] {
            process({"true"}, {.input = redirect::pipe,
                               .output = redirect::pipe,
                               .errors = redirect::to_output,
                               .directory = "/"})
                .wait();
        });
    }
};

FIBER_TEST_F(LaunchFaults, KernelWithoutRoomForAProcess) {
    const auto before = test::open_descriptors();
    for (const int error : {EAGAIN, ENOMEM}) {
        spawn_error = error;
        EXPECT_EQ(start(), error);
        EXPECT_EQ(test::open_descriptors(), before);
    }
    spawn_error = 0;
    EXPECT_EQ(start(), 0);
}

// The process has begun by then: it is killed and reaped.
FIBER_TEST_F(LaunchFaults, KernelWithoutPidfds) {
    const auto before = test::open_descriptors();
    pidfd_error = ENOSYS;
    try {
        process({"cat"}, {.input = redirect::pipe});
        ADD_FAILURE() << "it started";
    } catch (const io_error& error) {
        EXPECT_NE(std::string(error.what()).find("needs Linux 5.4"), std::string::npos);
    }
    pidfd_error = EMFILE;
    EXPECT_EQ(start(), EMFILE);
    EXPECT_EQ(test::open_descriptors(), before);
    EXPECT_FALSE(test::has_children());
    pidfd_error = 0;
    EXPECT_EQ(start(), 0);
}

}  // namespace
}  // namespace weft
