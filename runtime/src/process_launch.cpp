// SPDX-License-Identifier: BSL-1.0
#include "process_launch.hpp"

#include "system_failure.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <string_view>
#include <tuple>
#include <utility>

namespace weft::detail {

namespace {

[[noreturn]] void fail(int error, const std::string& what) {
    throw_system(error, "process: " + what);
}

/// The same open file under a number above the three streams, so that no redirection of one
/// overwrites the source of another.
unique_fd duplicate_above_streams(int fd, const std::string& what) {
    unique_fd made(::fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1));
    if (!made) {
        fail(errno, what);
    }
    return made;
}

void require_no_null(std::string_view text, const char* what) {
    if (text.find('\0') != std::string_view::npos) {
        throw usage_error(std::string("process: a null character in ") + what);
    }
}

std::vector<std::string> environment_of(const process_options& options) {
    std::vector<std::string> all;
    for (char** each = options.clean_environment ? nullptr : environ; each && *each; ++each) {
        const std::string_view line = *each;
        if (!options.environment.contains(std::string(line.substr(0, line.find('='))))) {
            all.emplace_back(line);
        }
    }
    for (const auto& [name, value] : options.environment) {
        require_no_null(name + value, "the environment");
        if (name.empty() || name.find('=') != std::string::npos) {
            throw usage_error("process: '" + name + "' cannot name an environment variable");
        }
        all.push_back(name + "=" + value);
    }
    return all;
}

/// A list of pointers as exec wants it.
std::vector<char*> pointers_to(const std::vector<std::string>& texts) {
    std::vector<char*> pointers;
    pointers.reserve(texts.size() + 1);
    for (const auto& text : texts) {
        pointers.push_back(const_cast<char*>(text.c_str()));  // exec does not write
    }
    pointers.push_back(nullptr);
    return pointers;
}

/// What the new process does to its descriptors before the program begins.
class descriptor_actions {
public:
    descriptor_actions() { check(::posix_spawn_file_actions_init(&actions_)); }
    descriptor_actions(const descriptor_actions&) = delete;
    descriptor_actions& operator=(const descriptor_actions&) = delete;
    ~descriptor_actions() { ::posix_spawn_file_actions_destroy(&actions_); }

    void duplicate(int from, int to) {
        check(::posix_spawn_file_actions_adddup2(&actions_, from, to));
    }
    void open_null(int to) {
        check(::posix_spawn_file_actions_addopen(&actions_, to, "/dev/null", O_RDWR, 0));
    }
    void enter(int directory) {
        check(::posix_spawn_file_actions_addfchdir_np(&actions_, directory));
    }
    /// Closes all but the streams and `keep`, which loses its close-on-exec flag.
    void close_all_but(const std::vector<int>& keep) {
        int next = STDERR_FILENO + 1;
        for (const int kept : keep) {
            duplicate(kept, kept);
            for (; next < kept; ++next) {
                check(::posix_spawn_file_actions_addclose(&actions_, next));
            }
            next = kept + 1;
        }
        check(::posix_spawn_file_actions_addclosefrom_np(&actions_, next));
    }

    [[nodiscard]] const posix_spawn_file_actions_t* get() const noexcept { return &actions_; }

private:
    static void check(int error) {
        if (error != 0) {
            fail(error, "posix_spawn_file_actions");
        }
    }

    posix_spawn_file_actions_t actions_{};
};

/// How the new process treats signals: as if nobody had ever touched them.
class signal_attributes {
public:
    explicit signal_attributes(bool new_session) {
        if (const int error = ::posix_spawnattr_init(&attributes_); error != 0) {
            fail(error, "posix_spawnattr_init");
        }
        sigset_t all;
        sigset_t none;
        ::sigfillset(&all);
        ::sigemptyset(&none);
        ::posix_spawnattr_setsigdefault(&attributes_, &all);
        ::posix_spawnattr_setsigmask(&attributes_, &none);
        const int flags =
            POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | (new_session ? POSIX_SPAWN_SETSID : 0);
        ::posix_spawnattr_setflags(&attributes_, static_cast<short>(flags));
    }
    signal_attributes(const signal_attributes&) = delete;
    signal_attributes& operator=(const signal_attributes&) = delete;
    ~signal_attributes() { ::posix_spawnattr_destroy(&attributes_); }

    [[nodiscard]] const posix_spawnattr_t* get() const noexcept { return &attributes_; }

private:
    posix_spawnattr_t attributes_{};
};

/// A pipe for stream `number`: our end, which does not block, and the one of the process.
std::pair<unique_fd, unique_fd> pipe_for(int number) {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
        fail(errno, "pipe");
    }
    unique_fd reading(ends[0]);
    unique_fd writing(ends[1]);
    unique_fd& ours = number == STDIN_FILENO ? writing : reading;
    unique_fd& theirs = number == STDIN_FILENO ? reading : writing;
    if (::fcntl(ours.get(), F_SETFL, O_NONBLOCK) != 0) {
        fail(errno, "fcntl");
    }
    return {std::move(ours), duplicate_above_streams(theirs.get(), "pipe")};
}

unique_fd open_directory(const std::string& path) {
    unique_fd opened(::open(path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!opened) {
        fail(errno, "directory '" + path + "'");
    }
    return opened;
}

/// Leads stream `number` where the plan says. Returns the end of a pipe that is the process's.
unique_fd lead_stream(const launch_plan& plan, std::size_t number, descriptor_actions& actions,
                      unique_fd& ours) {
    const int stream = static_cast<int>(number);
    unique_fd theirs;
    switch (plan.streams[number].where) {
        case redirect::target::inherit: break;
        case redirect::target::null: actions.open_null(stream); break;
        case redirect::target::pipe:
            std::tie(ours, theirs) = pipe_for(stream);
            actions.duplicate(theirs.get(), stream);
            break;
        case redirect::target::output: actions.duplicate(STDOUT_FILENO, stream); break;
        case redirect::target::descriptor:
            actions.duplicate(plan.given[number].get(), stream);
            break;
    }
    return theirs;
}

/// A descriptor of the process, which nobody has waited for yet: so the number is still its own.
unique_fd open_pidfd(pid_t pid) {
    unique_fd opened(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
    if (!opened) {
        const int error = errno;
        ::kill(pid, SIGKILL);
        ::waitpid(pid, nullptr, 0);
        fail(error, error == ENOSYS ? "pidfd_open: needs Linux 5.4" : "pidfd_open");
    }
    return opened;
}

}  // namespace

launch_plan::launch_plan(std::vector<std::string> chosen_command, const process_options& options)
    : command(std::move(chosen_command)),
      environment(environment_of(options)),
      directory(options.directory),
      streams{options.input, options.output, options.errors},
      keep(options.keep),
      new_session(options.new_session) {
    if (command.empty() || command.front().empty()) {
        throw usage_error("process: a command without a program");
    }
    for (const auto& each : command) {
        require_no_null(each, "the command");
    }
    std::ranges::sort(keep);
    keep.erase(std::ranges::unique(keep).begin(), keep.end());
    if (!keep.empty() && keep.front() <= STDERR_FILENO) {
        throw usage_error("process: descriptor " + std::to_string(keep.front()) +
                          " cannot be kept: use input, output and errors");
    }
    for (std::size_t i = 0; i < streams.size(); ++i) {
        if (streams[i].where == redirect::target::output && i != STDERR_FILENO) {
            throw usage_error("process: only the error stream can be redirected to the output");
        }
        if (streams[i].where == redirect::target::descriptor) {
            given[i] = duplicate_above_streams(
                streams[i].descriptor, "descriptor " + std::to_string(streams[i].descriptor));
        }
    }
}

launched_process launch(const launch_plan& plan) {
    launched_process made;
    descriptor_actions actions;
    unique_fd directory;
    if (!plan.directory.empty()) {
        directory = open_directory(plan.directory);
        actions.enter(directory.get());
    }
    std::array<unique_fd, 3> theirs;
    for (std::size_t i = 0; i < plan.streams.size(); ++i) {
        theirs[i] = lead_stream(plan, i, actions, made.pipes[i]);
    }
    actions.close_all_but(plan.keep);
    const signal_attributes attributes(plan.new_session);
    const auto arguments = pointers_to(plan.command);
    const auto variables = pointers_to(plan.environment);
    const int error = ::posix_spawnp(&made.pid, arguments.front(), actions.get(), attributes.get(),
                                     arguments.data(), variables.data());
    if (error != 0) {
        fail(error, "'" + plan.command.front() + "'");
    }
    made.pidfd = open_pidfd(made.pid);
    return made;
}

}  // namespace weft::detail
