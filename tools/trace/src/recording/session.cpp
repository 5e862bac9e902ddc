// SPDX-License-Identifier: BSL-1.0
#include "recording/session.hpp"

#include <algorithm>

namespace weft::trace_tool {

namespace {

std::filesystem::path numbered(const std::filesystem::path& file, std::size_t number) {
    auto name = file.stem();
    name += "-" + std::to_string(number);
    name += file.extension();
    return file.parent_path() / name;
}

}  // namespace

recording_options session::options_of_next() const {
    auto options = options_;
    if (!recordings_.empty()) {
        options.file = numbered(options.file, recordings_.size() + 1);
    }
    return options;
}

void session::add(mapped_memory memory, pid_t process) {
    recordings_.emplace_back(std::move(memory), process, options_of_next());
}

void session::add_rest(mapped_memory memory, pid_t process, std::uint64_t oldest) {
    auto options = options_of_next();
    options.from_beginning = true;
    options.oldest = oldest;
    options.owns = false;
    recordings_.emplace_back(std::move(memory), process, options);
}

void session::step() {
    for (auto& each : recordings_) {
        if (each.finished) {
            continue;
        }
        each.writer.step();
        if (!each.writer.ended().empty()) {
            each.writer.finish();
            each.finished = true;
        }
    }
}

void session::add_sample(std::uint32_t thread, const trace::event& taken,
                         const std::vector<std::uint64_t>& frames) {
    for (auto& each : recordings_) {
        if (!each.finished && each.memory.header().thread == thread) {
            each.writer.add_sample(taken, frames);
        }
    }
}

bool session::active() const noexcept {
    return std::ranges::any_of(recordings_, [](const recording& each) { return !each.finished; });
}

std::chrono::milliseconds session::pause() const noexcept {
    auto shortest = drain_pace::longest;
    for (const auto& each : recordings_) {
        shortest = each.finished ? shortest : std::min(shortest, each.writer.pause());
    }
    return shortest;
}

void session::finish() {
    for (auto& each : recordings_) {
        if (!each.finished) {
            each.writer.finish();
            each.finished = true;
        }
    }
}

void session::tell(std::ostream& err) const {
    for (const auto& each : recordings_) {
        const auto& files = each.writer.files();
        err << "weft-trace: " << files.front().string()
            << (files.size() == 1 ? "" : " to " + files.back().string()) << ": "
            << each.writer.events() << " events, lost " << each.writer.lost() << ", "
            << each.writer.bytes() << " bytes";
        if (each.writer.samples() != 0) {
            err << ", " << each.writer.samples() << " samples";
        }
        if (const auto waited = each.writer.waited(); waited != 0) {
            err << ", the program waited " << waited << " times for the recorder";
        }
        if (const auto why = each.writer.ended(); !why.empty()) {
            err << "; " << why;
        }
        err << '\n';
    }
}

std::vector<std::filesystem::path> session::files() const {
    std::vector<std::filesystem::path> names;
    for (const auto& each : recordings_) {
        names.insert(names.end(), each.writer.files().begin(), each.writer.files().end());
    }
    return names;
}

std::vector<const mapped_memory*> session::memories() const {
    std::vector<const mapped_memory*> all;
    for (const auto& each : recordings_) {
        all.push_back(&each.memory);
    }
    return all;
}

}  // namespace weft::trace_tool
