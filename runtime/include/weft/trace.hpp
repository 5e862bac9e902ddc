// SPDX-License-Identifier: BSL-1.0
#pragma once

/// \file
/// What a program can tell the trace tool about itself: which stretches of its work belong
/// together, what happened, how much of something there is, and the names of things.
///
/// All of it costs next to nothing while nobody records, and does nothing outside of fibers.

#include <weft/trace_events.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <system_error>

namespace weft::trace {

/// A stretch of work, such as a request: from its construction to its destruction.
///
/// Fibers that are spawned meanwhile work for it, too. Spans of a fiber nest.
/// Lifetime: ends on the fiber that began it, before the span around it.
class span {
public:
    /// \param name  up to 1,024 bytes count.
    explicit span(std::string_view name) noexcept;
    ~span();
    span(const span&) = delete;
    span& operator=(const span&) = delete;

    /// A number that no other span of the process has; 0 outside of fibers.
    [[nodiscard]] std::uint64_t number() const noexcept { return number_; }

private:
    std::uint64_t number_ = 0;
    std::uint64_t outer_ = 0;
};

/// Something has happened.
void mark(std::string_view text) noexcept;

/// Asks that what happened up to now be kept: `weft-trace flight --trigger=snapshot` writes it to
/// a file, and `record --until=snapshot` ends. Where neither looks on, nothing happens.
///
/// \param why  up to 1,024 bytes count.
void snapshot(std::string_view why) noexcept;

/// There is so much of something now.
void counter(std::string_view name, std::int64_t value) noexcept;

/// What a library does for the fiber that calls it, such as the look-up of a name. Whatever the
/// fiber waits for meanwhile counts as this in `weft-trace why`.
///
/// Lifetime: ends on the fiber that began it. Nests.
class work {
public:
    /// \param about  up to 1,024 bytes count.
    work(work_kind kind, std::string_view about) noexcept;
    ~work();
    work(const work&) = delete;
    work& operator=(const work&) = delete;

    /// What came of it, for when it ends. Not said: `operation_canceled`.
    ///
    /// \param count  such as addresses.
    void result(std::error_code failure, std::size_t count, bool was_remembered) noexcept;

private:
    std::uint64_t number_ = 0;  // 0: nobody records
    std::uint32_t failure_;
    std::uint32_t count_ = 0;
    work_kind kind_;
    bool was_remembered_ = false;
};

/// Data of such work went to the other side, or came from it.
void work_moved(work_kind kind, bool sent, std::size_t bytes) noexcept;

/// Names an object that fibers wait for, such as a mutex or a channel, for as long as it lives:
///
///     weft::mutex guard_;
///     weft::trace::object_name named_{&guard_, "cache"};
///
/// Threads:  made and destroyed on the same runtime's thread; outside of fibers it does nothing.
class object_name {
public:
    object_name(const void* object, std::string_view name) noexcept;
    ~object_name();
    object_name(const object_name&) = delete;
    object_name& operator=(const object_name&) = delete;

private:
    const void* object_ = nullptr;
};

}  // namespace weft::trace
