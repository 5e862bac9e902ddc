// SPDX-License-Identifier: BSL-1.0

// __libc_start_main: makes main() the first fiber of a program that weft-run has started.

#include <weft/run.hpp>

#include "fiber_call.hpp"
#include "fiber_thread.hpp"
#include "report.hpp"

#include <dlfcn.h>

#include <cstdlib>
#include <cstring>
#include <string>

namespace weft::interpose {

namespace {

using main_function = int (*)(int, char**, char**);
using start_function = int (*)(main_function, int, char**, void (*)(), void (*)(), void (*)(),
                               void*);

main_function programs_main = nullptr;

/// What weft-run says.
struct run_settings {
    std::size_t main_stack = 0;    // 0: not started by weft-run
    std::size_t thread_stack = 0;  // 0: threads are threads
    bool report = false;
};

run_settings settings;

std::size_t take_size(const char* variable) {
    const char* text = std::getenv(variable);
    const std::size_t size = text != nullptr ? std::strtoull(text, nullptr, 10) : 0;
    ::unsetenv(variable);
    return size;
}

/// What weft-run adds to the environment is for this process only: programs that it starts in turn
/// are as ever.
run_settings take_settings() {
    if (std::getenv("WEFT_RUN_STACK") == nullptr) {
        return {};
    }
    const char* preload = std::getenv("WEFT_RUN_PRELOAD");  // as it was before
    if (preload != nullptr) {
        ::setenv("LD_PRELOAD", std::string(preload).c_str(), 1);
    } else {
        ::unsetenv("LD_PRELOAD");
    }
    ::unsetenv("WEFT_RUN_PRELOAD");
    return {take_size("WEFT_RUN_STACK"), take_size("WEFT_RUN_THREADS"),
            take_size("WEFT_RUN_REPORT") != 0};
}

/// Where the loop is kept is seen by what debug mode watches; of its other findings none is for
/// people who run a program that knows nothing of weft.
void look_for_slow_steps(run_options& options) {
    options.debug.enabled = true;
    options.debug.slow_step = report::slow_step;
    options.on_error = [](const error_report& found) {
        if (!report::note(found) && found.kind == error_kind::unhandled_exception) {
            default_error_handler(found);
        }
    };
    // The last step ends here: exit() is called in it.
    static_cast<void>(std::atexit([] {
        if (is_fiber()) {
            weft::detail::run_shielded([] { this_fiber::yield(); });
        }
    }));
}

/// exit() is called in the fiber: its handlers may block, and in the child of a fork() there is
/// nothing to return to.
int main_as_fiber(int count, char** arguments, char**) {
    run_options options;
    options.main_stack_size = settings.main_stack;
    options.handle_interrupt = false;
    options.report_deadlock = false;
    if (settings.report) {
        report::ask("1");
    }
    if (report::wanted) {
        look_for_slow_steps(options);
    }
    if (settings.thread_stack != 0) {
        options.stack_size = settings.thread_stack;
        run(
            [&]() noexcept {
                run_main_thread(programs_main, count, arguments, settings.thread_stack);
            },
            options);
    }
    run([&]() noexcept { std::exit(programs_main(count, arguments, environ)); }, options);
    return EXIT_FAILURE;
}

}  // namespace

}  // namespace weft::interpose

using namespace weft::interpose;

extern "C" {

/// \param init  of programs made for a libc before 2.34, which need that version of the function.
int __libc_start_main(main_function main, int count, char** arguments, void (*init)(),
                      void (*fini)(), void (*rtld_fini)(), void* stack_end) {
    const char* version = init != nullptr ? "GLIBC_2.2.5" : "GLIBC_2.34";
    void* found = ::dlvsym(RTLD_NEXT, "__libc_start_main", version);
    if (found == nullptr) {
        found = ::dlsym(RTLD_NEXT, "__libc_start_main");
    }
    const auto start = reinterpret_cast<start_function>(found);
    settings = take_settings();
    if (settings.main_stack != 0) {
        programs_main = main;
        main = &main_as_fiber;
    }
    return start(main, count, arguments, init, fini, rtld_fini, stack_end);
}

}  // extern "C"
