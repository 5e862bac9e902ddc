// SPDX-License-Identifier: BSL-1.0
#include "baseline/fcontext_ring.hpp"

#include "process.hpp"

#include <boost/context/detail/fcontext.hpp>

#include <sys/mman.h>

#include <cerrno>
#include <chrono>
#include <system_error>
#include <vector>

namespace weft::bench {

namespace {

namespace context = boost::context::detail;

/// As many stacks side by side as asked for.
class stack_block {
public:
    stack_block(std::size_t count, std::size_t stride) : size_(count * stride), stride_(stride) {
        memory_ = mmap(nullptr, size_, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (memory_ == MAP_FAILED) {
            throw std::system_error(errno, std::generic_category(), "mmap of plain stacks");
        }
    }
    ~stack_block() { munmap(memory_, size_); }

    stack_block(const stack_block&) = delete;
    stack_block& operator=(const stack_block&) = delete;

    void* top(std::size_t index) const {
        return static_cast<std::byte*>(memory_) + (index + 1) * stride_;
    }

private:
    std::size_t size_;
    std::size_t stride_;
    void* memory_ = nullptr;
};

struct ring {
    std::vector<context::fcontext_t> members;
    std::size_t started = 0;  // members whose entry has run
    std::size_t laps = 0;
    std::chrono::nanoseconds used{};
};

// Jumps to the next member; returns when the previous one has jumped back around.
inline void jump_on(ring& all, std::size_t next, std::size_t previous) {
    const auto from = context::jump_fcontext(all.members[next], &all);
    all.members[previous] = from.fctx;
}

// The first member counts the laps and goes home after the last.
void lead(context::transfer_t from) {
    auto& all = *static_cast<ring*>(from.data);
    const auto last = all.members.size() - 1;
    all.started = 1;
    constexpr std::size_t warm_up = 2;
    for (std::size_t i = 0; i < warm_up; ++i) {
        jump_on(all, 1, last);
    }
    const auto start = own_cpu_time();
    for (std::size_t i = 0; i < all.laps; ++i) {
        jump_on(all, 1, last);
    }
    all.used = own_cpu_time() - start;
    context::jump_fcontext(from.fctx, nullptr);
}

void follow(context::transfer_t from) {
    auto& all = *static_cast<ring*>(from.data);
    const auto index = all.started++;
    const auto next = index + 1 == all.members.size() ? 0 : index + 1;
    all.members[index - 1] = from.fctx;
    for (;;) {
        jump_on(all, next, index - 1);
    }
}

}  // namespace

double fcontext_jump_ns(std::size_t stacks, std::size_t laps, std::size_t stride) {
    const stack_block memory(stacks, stride);
    ring all;
    all.laps = laps;
    for (std::size_t i = 0; i < stacks; ++i) {
        all.members.push_back(
            context::make_fcontext(memory.top(i), stride, i == 0 ? lead : follow));
    }
    context::jump_fcontext(all.members[0], &all);
    return static_cast<double>(all.used.count()) / static_cast<double>(laps * stacks);
}

}  // namespace weft::bench
