// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/trace_events.hpp>
#include <weft/trace_format.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace weft::trace_tool {

/// What should be the memory of a runtime is not, or is damaged. The text says what is wrong.
class bad_memory : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// The memory in which a runtime shows its fibers, as <weft/trace_format.hpp> describes it.
///
/// Whoever writes it is not trusted. Where its parts are is checked once and kept; everything else
/// is read at the time of the call, may change at any moment, and is checked at each use.
class mapped_memory {
public:
    enum class access { read, control };

    /// Maps a file or memfd; the descriptor may be closed then. With access::control its first page
    /// can be written.
    ///
    /// \throws bad_memory  if it is no such memory, or one that this tool does not understand.
    explicit mapped_memory(int fd, access wanted = access::read);

    mapped_memory(mapped_memory&& other) noexcept
        : begin_(std::exchange(other.begin_, nullptr)),
          size_(other.size_),
          header_(other.header_) {}
    mapped_memory& operator=(mapped_memory&&) = delete;
    mapped_memory(const mapped_memory&) = delete;
    mapped_memory& operator=(const mapped_memory&) = delete;
    ~mapped_memory();

    /// As it was when the memory was mapped. All its sections lie within the memory.
    [[nodiscard]] const trace::header& header() const noexcept { return header_; }

    /// A copy; each word is read whole, but they are not all of the same moment.
    [[nodiscard]] trace::loop loop() const noexcept;

    /// The row with this index below rows.count; nothing if it changed whenever it was read.
    [[nodiscard]] std::optional<trace::fiber_row> fiber(std::size_t index) const noexcept;
    /// The same without a copy more; what `into` has then, if it is false, means nothing.
    [[nodiscard]] bool fiber(std::size_t index, trace::fiber_row& into) const noexcept;
    /// Makes reading so many rows cheaper: the kernel maps them at once, and not page by page.
    void will_read_fibers(std::size_t count) const noexcept;

    [[nodiscard]] std::optional<trace::object_row> object(std::size_t index) const noexcept;

    /// The stall in this row; nothing if the row is unused, or changed whenever it was read. If
    /// only its stack did, that is left out.
    [[nodiscard]] std::optional<trace::stall_row> stall(std::size_t index) const noexcept;

    /// Where a thread was that was asked last, see control(); nothing if that changes.
    [[nodiscard]] std::optional<trace::stack_snapshot> asked_snapshot() const noexcept;

    /// The string with this number; empty if there is none.
    [[nodiscard]] std::string string(std::uint32_t number) const;

    /// Return addresses, innermost first, of the stack with this number, and whether it is cut
    /// off; empty if there is none.
    struct stack {
        std::vector<std::uint64_t> frames;
        bool truncated;
    };
    [[nodiscard]] stack stack_of(std::uint32_t number) const;

    /// The bytes of a section of header().
    [[nodiscard]] std::span<const std::byte> bytes(const trace::section& part) const noexcept;

    /// What the tool asks for; with access::control only.
    [[nodiscard]] trace::control& control() const noexcept;

private:
    void check() const;
    void check_sections() const;

    std::byte* begin_ = nullptr;
    std::size_t size_ = 0;
    trace::header header_{};
};

}  // namespace weft::trace_tool
