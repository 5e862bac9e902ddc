// SPDX-License-Identifier: BSL-1.0
#include "recording/recorder.hpp"

#include <memory>
#include <system_error>

namespace weft::trace_tool {

namespace {

constexpr std::size_t events_at_once = 65'536;
constexpr std::uint64_t longest_chunk = 1'000'000'000;  // ns: what a killed recorder loses, at most

}  // namespace

recorder::recorder(const mapped_memory& memory, pid_t process, const recording_options& options)
    : memory_(memory),
      options_(options),
      ring_(memory),
      owned_(options.owns ? std::make_unique<ownership>(memory, options.mask, options.when_full)
                          : nullptr),
      file_(options.file),
      files_{options.file},
      chunk_(memory, process),
      full_before_(memory.loop().full) {
    if (options.from_beginning) {
        lost_ = ring_.rewind(options.oldest);
        chunk_.add_gap(0, lost_);
    }
    if (owned_) {
        owned_->taken(ring_.next());
    }
}

void recorder::step() {
    displaced_ = owned_ && !owned_->renew();
    drain();
    if (monotonic_now() - chunk_.began() >= longest_chunk) {
        write_chunk();
    }
    if (options_.kept_files != 0 && file_.size() >= options_.most_bytes) {
        begin_next_file();
    }
}

std::string recorder::ended() const {
    if (displaced_) {
        return "another process records the program now";
    }
    if (memory_.loop().doing == trace::phase::ended) {
        return "the program has ended";
    }
    if (options_.kept_files == 0 && file_.size() >= options_.most_bytes) {
        return "the file has become as large as it may";
    }
    return {};
}

void recorder::finish() {
    if (owned_) {
        // Before it may overwrite again, a runtime that waits for room must have got it.
        owned_->silence();
        drain();
        owned_.reset();
    }
    drain();
    complete_file();
}

void recorder::complete_file() {
    write_chunk();
    // One without events, so that the file ends with what fibers there are.
    write_chunk();
    file_.finish();
}

// Every file can be read without the others.
void recorder::begin_next_file() {
    complete_file();
    bytes_before_ += file_.size();
    auto name = options_.file.stem();
    name += "." + std::to_string(++files_begun_);
    name += options_.file.extension();
    files_.push_back(options_.file.parent_path() / name);
    file_ = file_writer(files_.back());
    while (files_.size() > options_.kept_files) {
        std::error_code ignored;  // somebody else may have removed it
        std::filesystem::remove(files_.front(), ignored);
        files_.pop_front();
    }
}

// Until it has caught up with the runtime: that writes far slower than this reads.
void recorder::drain() {
    pace_.found(ring_.fill());
    const auto until = ring_.head();
    while (ring_.next() < until) {
        const auto had = chunk_.events().size();
        const auto lost = ring_.read(chunk_.events(), events_at_once);
        chunk_.add_gap(had, lost);
        events_ += chunk_.events().size() - had;
        lost_ += lost;
        if (owned_) {
            owned_->taken(ring_.next());
        }
        if (chunk_.full()) {
            write_chunk();
            displaced_ = displaced_ || (owned_ && !owned_->renew());
        }
    }
}

void recorder::write_chunk() {
    file_.write(chunk_.take());
}

}  // namespace weft::trace_tool
