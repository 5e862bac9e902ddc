// SPDX-License-Identifier: BSL-1.0
//
// big_recording FILE EVENTS: writes the recording of a service that never was, with many fibers
// that wait for one another, requests, stacks and lost events.

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "recording/chunk.hpp"
#include "recording/file_writer.hpp"

namespace {

using namespace weft;
using trace::event_type;

constexpr std::uint64_t events_of_a_chunk = 100'000;
constexpr std::uint32_t fibers = 2'000;
constexpr std::uint32_t stacks = 500;
constexpr std::uint64_t code = 0x400000;

trace_tool::chunk described() {
    trace_tool::chunk made;
    made.program.name = "big";
    made.program.engine = "native";
    made.program.reasons = {"nothing", "sleep", "join", "mutex", "channel, receive", "reading"};
    made.modules = {{code, code + 0x100000, 0, "", "/nowhere/big"}};
    made.strings = {{1, "service.cpp"}, {2, "GET /users"}, {3, "GET /orders"}};
    for (std::uint32_t i = 1; i <= stacks; ++i) {
        auto& frames = made.stacks[i].frames;
        for (std::uint32_t depth = 0; depth < 8; ++depth) {
            frames.push_back(code + 0x100 * (1 + (i >> (8 - depth))) + 0x10 * depth);
        }
    }
    return made;
}

/// One fiber after the other runs for a while; each is woken by the one before it.
class service {
public:
    trace_tool::chunk next(std::uint64_t count) {
        auto made = described();
        made.began = {time_, time_, 0};
        if (next_ > 0) {
            made.gaps = {{0, 3}};
        }
        while (made.events.size() < count) {
            step(made.events);
        }
        made.ended = {time_, time_, 0};
        return made;
    }

private:
    // Reproducible: Knuth's generator, The Art of Computer Programming, volume 2, 3.3.4.
    std::uint32_t random(std::uint32_t below) {
        state_ = state_ * 6364136223846793005U + 1442695040888963407U;
        return static_cast<std::uint32_t>(state_ >> 33) % below;
    }

    void step(std::vector<trace::event>& to) {
        const auto fiber = 1 + next_ % fibers;
        const auto after = 1 + (next_ + 1) % fibers;
        if (next_ < fibers) {
            to.push_back({time_, fiber, event_type::spawned, 0,
                          static_cast<std::uint16_t>(10 + fiber % 7), 1, 0, 1});
        }
        const auto span = 1 + static_cast<std::uint64_t>(next_ / fibers) * fibers + fiber;
        if (next_ / fibers % 4 == 0) {
            to.push_back({time_, fiber, event_type::span_began, 0, 0, 2 + fiber % 2, 0, span});
        } else if (next_ / fibers % 4 == 2) {
            to.push_back({time_, fiber, event_type::span_ended, 0, 0, 0, 0, span - 2 * fibers});
        }
        time_ += 200 + random(3'000);
        to.push_back({time_, after, event_type::woken, 4, 0, fiber, 0, 0x7000'0000 + after % 64});
        time_ += 100 + random(500);
        to.push_back({time_, fiber, event_type::switched, 4, 1, after, 1 + random(stacks),
                      0x7000'0000 + fiber % 64});
        ++next_;
    }

    std::uint64_t time_ = 1'000'000;
    std::uint64_t state_ = 1;
    std::uint32_t next_ = 0;
};

}  // namespace

int main(int count, char** arguments) {
    if (count != 3) {
        return 2;
    }
    trace_tool::file_writer out(arguments[1]);
    service recorded;
    for (auto left = std::strtoull(arguments[2], nullptr, 10); left != 0;) {
        const auto part = std::min<std::uint64_t>(left, events_of_a_chunk);
        out.write(recorded.next(part));
        left -= part;
    }
    out.finish();
}
