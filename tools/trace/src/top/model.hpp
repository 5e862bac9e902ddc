// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "process/source.hpp"
#include "stacks/fiber_stack.hpp"
#include "top/rates.hpp"
#include "views/fiber_selection.hpp"
#include "views/stack_list.hpp"

namespace weft::trace_tool {

/// A key, whatever a terminal sends for it.
struct key {
    enum class kind { character, up, down, page_up, page_down, home, end, enter, escape, erase };

    kind what = kind::character;
    char character = 0;
};

/// What `top` shows, and how keys change it: everything but the screen.
class top_model {
public:
    enum class page { fibers, locks, one_fiber, help };

    /// By what fibers are sorted, in the order in which the key s goes through them.
    static const std::vector<std::string> sort_keys;

    explicit top_model(source from);

    /// Looks at the program again, unless it was paused or has ended.
    void refresh();

    /// False: the user wants to leave.
    [[nodiscard]] bool press(key pressed);

    /// How many lines of the list fit on the screen: so far go page up and page down.
    void set_visible(std::size_t lines) noexcept { visible_ = lines == 0 ? 1 : lines; }

    /// \throws bad_usage  if there is no such key.
    void sort_by(const std::string& sort_key);
    void filter_by(const std::string& text);

    [[nodiscard]] const source& from() const noexcept { return from_; }
    [[nodiscard]] const std::vector<runtime_state>& states() const noexcept { return states_; }
    /// Those that the filter lets through, sorted.
    [[nodiscard]] const std::vector<shown_fiber>& fibers() const noexcept { return fibers_; }
    [[nodiscard]] const rates& speeds() const noexcept { return speeds_; }

    [[nodiscard]] page shown() const noexcept { return page_; }
    [[nodiscard]] bool paused() const noexcept { return paused_; }
    [[nodiscard]] bool ended() const noexcept { return ended_; }
    [[nodiscard]] bool typing() const noexcept { return typing_; }
    [[nodiscard]] const std::string& sort_key() const noexcept { return sort_; }
    [[nodiscard]] const std::string& filter() const noexcept { return filter_; }
    /// The place in fibers() of the fiber that the cursor is on, and of the first one to show.
    [[nodiscard]] std::size_t cursor() const noexcept { return cursor_; }
    [[nodiscard]] std::size_t first() const noexcept;

    /// What page::one_fiber is about.
    [[nodiscard]] std::uint64_t chosen() const noexcept { return chosen_; }
    [[nodiscard]] const shown_stack& stack() const noexcept { return stack_; }
    [[nodiscard]] std::size_t first_frame() const noexcept { return first_frame_; }

private:
    void select();
    void read_stack();
    void type(key pressed);
    void command(char character);
    void move(key::kind direction);
    void open_chosen();
    void leave_page();

    source from_;
    std::vector<runtime_state> states_;
    std::vector<shown_fiber> fibers_;  // in states_
    rates speeds_;
    page page_ = page::fibers;
    bool paused_ = false;
    bool ended_ = false;
    bool typing_ = false;  // the filter
    std::string sort_ = "rate";
    std::string filter_;
    std::size_t visible_ = 1;
    std::size_t cursor_ = 0;
    std::uint64_t at_cursor_ = 0;  // the fiber there: it may get another place
    std::uint64_t chosen_ = 0;
    std::size_t first_frame_ = 0;
    std::unique_ptr<stack_reader> reader_;  // once a stack was asked for
    shown_stack stack_{};
};

/// How long a loop has been kept by fibers without a turn, ns; 0 if it is not known or it waits.
[[nodiscard]] std::uint64_t kept_for(const runtime_state& state) noexcept;

/// From here on that is a stall, ns: as the watchdog of the runtime has it.
inline constexpr std::uint64_t stall = 25'000'000;

}  // namespace weft::trace_tool
