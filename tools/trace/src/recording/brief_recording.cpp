// SPDX-License-Identifier: BSL-1.0
#include "recording/brief_recording.hpp"

#include <stdlib.h>

#include <cerrno>
#include <system_error>

#include "process/source.hpp"
#include "recording/file_reader.hpp"
#include "recording/process_watch.hpp"
#include "recording/session.hpp"
#include "recording/stop_signals.hpp"

namespace weft::trace_tool {

namespace {

std::filesystem::path new_folder() {
    auto name = (std::filesystem::temp_directory_path() / "weft-trace-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) {
        throw std::system_error(errno, std::generic_category(), name);
    }
    return name;
}

}  // namespace

brief_recording::brief_recording(const std::string& named, std::uint32_t mask, double seconds)
    : file_(named) {
    if (is_recording(named)) {
        return;
    }
    folder_ = new_folder();
    file_ = folder_ / "brief.ftr";
    try {
        record(named, mask, seconds);
    } catch (...) {
        std::filesystem::remove_all(folder_);
        throw;
    }
}

brief_recording::~brief_recording() {
    if (!folder_.empty()) {
        std::error_code ignored;
        std::filesystem::remove_all(folder_, ignored);
    }
}

void brief_recording::record(const std::string& named, std::uint32_t mask, double seconds) {
    constexpr double nanoseconds = 1e9;
    auto from = open_source(named, mapped_memory::access::control);
    session recording({.file = file_, .mask = mask});
    recording.add(std::move(from.memories.front()), from.process);
    const stop_signals stop;
    const process_watch target(from.process);
    const auto end = monotonic_now() + static_cast<std::uint64_t>(seconds * nanoseconds);
    for (bool last = false; !last && recording.active();) {
        last = stop.wait_for(recording.pause()) != 0 || target.ended() || monotonic_now() >= end;
        recording.step();
    }
    recording.finish();
}

}  // namespace weft::trace_tool
