// SPDX-License-Identifier: BSL-1.0
#include "recording/child_program.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <system_error>

#include "error.hpp"

namespace weft::trace_tool {

namespace {

std::filesystem::path make_folder() {
    // In memory, where there is such a place: the runtime writes all the time.
    const std::filesystem::path fast = "/dev/shm";
    std::error_code unknown;
    const auto root =
        ::access(fast.c_str(), W_OK) == 0 ? fast : std::filesystem::temp_directory_path();
    auto name = (root / "weft-trace-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) {
        throw cannot_attach(name + ": " + std::strerror(errno), "Set TMPDIR to a folder of yours.");
    }
    return name;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
    std::vector<char*> made;
    for (auto& text : texts) {
        made.push_back(text.data());
    }
    made.push_back(nullptr);
    return made;
}

std::vector<std::string> environment_with(const std::string& setting) {
    std::vector<std::string> made;
    for (char** each = environ; *each != nullptr; ++each) {
        if (std::strncmp(*each, "WEFT_TRACE=", 11) != 0) {
            made.emplace_back(*each);
        }
    }
    made.push_back(setting);
    return made;
}

class spawn_attributes {
public:
    explicit spawn_attributes(const sigset_t& blocked) {
        ::posix_spawnattr_init(&attributes_);
        ::posix_spawnattr_setsigmask(&attributes_, &blocked);
        ::posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGMASK);
    }
    ~spawn_attributes() { ::posix_spawnattr_destroy(&attributes_); }
    spawn_attributes(const spawn_attributes&) = delete;
    spawn_attributes& operator=(const spawn_attributes&) = delete;

    [[nodiscard]] const posix_spawnattr_t* get() const noexcept { return &attributes_; }

private:
    posix_spawnattr_t attributes_{};
};

pid_t start(std::vector<std::string> command, const std::string& setting, const sigset_t& blocked) {
    auto environment = environment_with(setting);
    const spawn_attributes attributes(blocked);
    pid_t process = -1;
    const int error = ::posix_spawnp(&process, command.front().c_str(), nullptr, attributes.get(),
                                     pointers(command).data(), pointers(environment).data());
    if (error != 0) {
        throw cannot_attach(command.front() + ": " + std::strerror(error),
                            "Name a program that can be run, behind --.");
    }
    return process;
}

}  // namespace

child_program::child_program(const std::vector<std::string>& command, const std::string& events,
                             const sigset_t& blocked)
    : folder_(make_folder()) {
    try {
        process_ = start(
            command, "WEFT_TRACE=file:" + (folder_ / "memory").string() + ",stall,events:" + events,
            blocked);
    } catch (...) {
        std::filesystem::remove_all(folder_);
        throw;
    }
}

child_program::~child_program() {
    std::error_code unknown;
    std::filesystem::remove_all(folder_, unknown);
}

std::vector<mapped_memory> child_program::new_runtimes() {
    look_for_files();
    std::vector<mapped_memory> made;
    for (auto file = begun_.begin(); file != begun_.end();) {
        try {
            made.emplace_back(file->get(), mapped_memory::access::control);
            file = begun_.erase(file);
        } catch (const bad_memory&) {
            ++file;  // it is not complete yet
        }
    }
    return made;
}

// A file loses its name as soon as it is seen: the next runtime would empty it.
void child_program::look_for_files() {
    for (const auto& entry : std::filesystem::directory_iterator(folder_)) {
        descriptor file(::open(entry.path().c_str(), O_RDWR | O_CLOEXEC));
        if (file.get() >= 0) {
            std::filesystem::remove(entry.path());
            begun_.push_back(std::move(file));
        }
    }
}

std::optional<int> child_program::exit_code() {
    constexpr int of_signals = 128;
    int status = 0;
    if (!exit_code_ && ::waitpid(process_, &status, WNOHANG) == process_) {
        exit_code_ = WIFEXITED(status) ? WEXITSTATUS(status) : of_signals + WTERMSIG(status);
    }
    return exit_code_;
}

}  // namespace weft::trace_tool
