// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/run.hpp>
#include <weft/trace_events.hpp>
#include <weft/trace_format.hpp>

#include "support/temporary_directory.hpp"

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace weft::test {

/// What a runtime records from its start to its end, read from a file by the published format.
class recorded_events {
public:
    explicit recorded_events(std::uint32_t classes) : classes_(classes) {}

    /// Runs the body in a runtime that records, then reads.
    template <class Body>
    void during(Body body, run_options options = {}) {
        const temporary_directory place;
        options.trace.file = (place.path() / "events").string();
        options.trace.events = classes_;
        options.trace.ring_size = 1024 * 1024;
        run(body, options);
        std::ifstream in(options.trace.file, std::ios::binary);
        memory_.assign(std::istreambuf_iterator<char>(in), {});
    }

    /// Those of a type, in their order.
    [[nodiscard]] std::vector<trace::event> of(trace::event_type type) const {
        const auto events = at<trace::header>(0).events;
        const auto head = at<trace::loop>(trace::loop_offset).head;
        std::vector<trace::event> found;
        for (auto i = head > events.count ? head - events.count : 0; i < head; ++i) {
            const auto each =
                at<trace::event>(events.offset + i % events.count * sizeof(trace::event));
            if (each.type == type) {
                found.push_back(each);
            }
        }
        return found;
    }

    [[nodiscard]] std::string string_numbered(std::uint32_t number) const {
        const auto entry = at<trace::header>(0).strings.offset + (number - 1) * std::uint64_t{8};
        return memory_.substr(entry + sizeof(trace::string_entry),
                              at<trace::string_entry>(entry).length);
    }

private:
    template <class Value>
    [[nodiscard]] Value at(std::uint64_t offset) const {
        Value read{};
        std::memcpy(&read, memory_.substr(offset, sizeof read).data(), sizeof read);
        return read;
    }

    std::uint32_t classes_;
    std::string memory_;
};

}  // namespace weft::test
