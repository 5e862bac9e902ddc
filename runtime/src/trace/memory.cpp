// SPDX-License-Identifier: BSL-1.0
#include "trace/memory.hpp"

#include <weft/error.hpp>

#include "fiber.hpp"
#include "trace/processor.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <bit>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <string>
#include <system_error>
#include <utility>

// The control block has members that make it no standard-layout type, but no virtual base: every
// compiler that weft supports gives the offsets right.
#pragma GCC diagnostic ignored "-Winvalid-offsetof"

namespace weft::detail {

namespace {

constexpr std::size_t object_rows = 4096;
constexpr std::size_t string_bytes = 1024 * 1024;
constexpr std::size_t stack_words = 512 * 1024;
constexpr std::size_t stall_rows = 32;

std::atomic<int> files_in_use = 0;

void check(const trace_options& chosen) {
    if (chosen.rows < 1 || chosen.rows > 16'777'216) {
        throw usage_error("trace_options::rows must be 1 to 16,777,216");
    }
    using namespace std::chrono_literals;
    if (chosen.stall_limit && (*chosen.stall_limit < 0ms || *chosen.stall_limit > 1h)) {
        throw usage_error("trace_options::stall_limit must be 0 to 1 h");
    }
    constexpr std::size_t largest = std::size_t{4} * 1024 * 1024 * 1024;
    if (!std::has_single_bit(chosen.ring_size) || chosen.ring_size < trace::page ||
        chosen.ring_size > largest) {
        throw usage_error("trace_options::ring_size must be a power of two, 4 KiB to 4 GiB");
    }
}

std::size_t whole_pages(std::size_t size) noexcept {
    return (size + trace::page - 1) / trace::page * trace::page;
}

/// When this process started. Source: proc(5), /proc/pid/stat, field 22.
std::uint64_t read_process_start() {
    std::ifstream file("/proc/self/stat");
    std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    std::size_t at = text.rfind(')');  // the name may have spaces and parentheses
    for (int field = 2; field < 22 && at != std::string::npos; ++field) {
        at = text.find(' ', at + 1);
    }
    return at != std::string::npos ? std::strtoull(text.c_str() + at, nullptr, 10) : 0;
}

std::uint64_t process_start() {
    static std::atomic<pid_t> known_for = 0;
    static std::atomic<std::uint64_t> known = 0;
    const pid_t self = ::getpid();
    if (known_for.load() != self) {  // also in the child of a fork()
        known = read_process_start();
        known_for = self;
    }
    return known;
}

int open_file(const std::string& wanted) {
    const int others = files_in_use.fetch_add(1);
    const std::string path = others == 0 ? wanted : wanted + "." + std::to_string(others + 1);
    const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (fd < 0) {
        const int error = errno;
        files_in_use.fetch_sub(1);
        throw std::system_error(error, std::generic_category(), "trace file " + path);
    }
    return fd;
}

/// A limit on the size of files holds for memfds as well, and exceeding it is a signal.
bool may_have_size(std::size_t size) noexcept {
    struct rlimit limit {};
    return ::getrlimit(RLIMIT_FSIZE, &limit) == 0 && limit.rlim_cur >= size;
}

/// -1 without an error message: a runtime that nobody can look at is better than none.
int open_memory(std::size_t size) noexcept {
    if (!may_have_size(size)) {
        return -1;
    }
    const int fd = ::memfd_create(trace::memory_name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (fd >= 0 && (::ftruncate(fd, static_cast<off_t>(size)) != 0 ||
                    ::fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) != 0)) {
        ::close(fd);
        return -1;
    }
    return fd;
}

template <std::size_t Size>
void copy_text(std::array<char, Size>& to, const char* text) noexcept {
    std::strncpy(to.data(), text, Size - 1);
}

}  // namespace

trace_memory::trace_memory(const trace_options& chosen) {
    check(chosen);
    if (chosen.enabled) {
        lay_out(chosen);
        is_file_ = !chosen.file.empty();
        fd_ = is_file_ ? open_file(chosen.file) : open_memory(size_);
    }
    if (fd_ < 0 || !map()) {
        stay_private();
    }
    describe();
}

trace_memory::~trace_memory() {
    if (fd_ < 0) {
        return;
    }
    loop().doing = trace::phase::ended;
    ::munmap(begin_, size_);
    ::close(fd_);
    if (is_file_) {
        files_in_use.fetch_sub(1);
    }
}

void trace_memory::lay_out(const trace_options& chosen) noexcept {
    size_ = trace::page;
    const auto place = [this](std::size_t entry, std::size_t count) {
        const trace::section placed{size_, entry, count};
        size_ += whole_pages(entry * count);
        return placed;
    };
    rows_ = place(sizeof(trace::fiber_row), chosen.rows);
    objects_ = place(sizeof(trace::object_row), object_rows);
    events_ = place(sizeof(trace::event), chosen.ring_size / sizeof(trace::event));
    strings_ = place(1, string_bytes);
    stacks_ = place(sizeof(std::uint64_t), stack_words);
    stalls_ = place(sizeof(trace::stall_row), stall_rows);
    asked_ = place(sizeof(trace::stack_snapshot), 1);
}

bool trace_memory::map() {
    void* mapped = MAP_FAILED;
    if (!is_file_ || (may_have_size(size_) && ::ftruncate(fd_, static_cast<off_t>(size_)) == 0)) {
        mapped = ::mmap(nullptr, size_, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, fd_, 0);
    }
    if (mapped != MAP_FAILED) {
        begin_ = static_cast<std::byte*>(mapped);
        return true;
    }
    const int error = errno;
    ::close(std::exchange(fd_, -1));
    if (is_file_) {
        files_in_use.fetch_sub(1);
        throw std::system_error(error, std::generic_category(), "trace file");
    }
    return false;
}

void trace_memory::stay_private() {
    rows_ = objects_ = events_ = strings_ = stacks_ = stalls_ = asked_ = {};
    private_page_ = std::make_unique<std::byte[]>(trace::page);
    begin_ = private_page_.get();
    size_ = trace::page;
}

void trace_memory::describe() noexcept {
    trace::header& shown = header();
    shown.version = trace::version;
    shown.size = sizeof(trace::header);
    shown.whole = size_;
    shown.process = static_cast<std::uint32_t>(::getpid());
    shown.thread = static_cast<std::uint32_t>(::syscall(SYS_gettid));
    shown.process_started = shared() ? process_start() : 0;
    shown.ticks = processor::has_invariant_ticks() ? trace::tick_source::processor
                                                   : trace::tick_source::monotonic;
    shown.rows = rows_;
    shown.objects = objects_;
    shown.events = events_;
    shown.strings = strings_;
    shown.stacks = stacks_;
    shown.stalls = stalls_;
    shown.asked = asked_;
    shown.fiber_context = offsetof(fiber, context);
    copy_text(shown.program, program_invocation_short_name);
    for (std::size_t i = 0; i < shown.reasons.size(); ++i) {
        copy_text(shown.reasons[i], name_of(static_cast<wait_reason>(i)));
    }
}

void trace_memory::publish() noexcept {
    processor::order_stores();
    header().magic = trace::magic;
}

void trace_memory::leave_to_parent() noexcept {
    if (fd_ >= 0) {
        ::mmap(begin_, size_, PROT_READ | PROT_WRITE,
               MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0);
        ::close(std::exchange(fd_, -1));
    }
}

}  // namespace weft::detail
