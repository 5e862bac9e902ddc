// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <chrono>
#include <memory>
#include <optional>

#include "top/character_grid.hpp"
#include "top/model.hpp"

namespace weft::trace_tool {

/// The terminal of this process, taken over by ncurses until the object's end.
class terminal {
public:
    /// \throws cannot_attach  if standard output is no terminal, or one that cannot be used so.
    terminal();
    terminal(const terminal&) = delete;
    terminal& operator=(const terminal&) = delete;
    ~terminal();

    /// As they are now: a window may be made larger or smaller.
    [[nodiscard]] std::size_t rows() const noexcept;
    [[nodiscard]] std::size_t columns() const noexcept;

    void draw(const character_grid& grid);

    /// What was pressed, or nothing in this time. Ctrl-C is `q`; a new size is no key, but ends
    /// the wait.
    [[nodiscard]] std::optional<key> next_key(std::chrono::milliseconds longest);

private:
    struct end_screen {
        void operator()(void* screen) const noexcept;
    };
    std::unique_ptr<void, end_screen> screen_;
};

}  // namespace weft::trace_tool
