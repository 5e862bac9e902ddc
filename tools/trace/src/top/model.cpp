// SPDX-License-Identifier: BSL-1.0

#include "top/model.hpp"

#include <algorithm>

#include "error.hpp"
#include "process/process_files.hpp"

namespace weft::trace_tool {
namespace {

constexpr std::size_t longest_filter = 64;

bool contains(std::string_view text, const std::string& part) noexcept {
    return text.find(part) != std::string_view::npos;
}

bool matches(const shown_fiber& fiber, const std::string& text) {
    return contains(name_of(*fiber.row), text) ||
           contains(state_of(*fiber.row, *fiber.runtime), text) ||
           contains(reason_of(*fiber.row, *fiber.runtime), text);
}

bool has_ended(const source& from) {
    const auto& header = from.memories.front().header();
    return from.process == 0 || start_time(from.process) != header.process_started ||
           std::ranges::all_of(from.memories, [](const mapped_memory& each) {
               return each.loop().doing == trace::phase::ended;
           });
}

}  // namespace

const std::vector<std::string> top_model::sort_keys{"rate", "since", "waits", "name", "id", "age"};

std::uint64_t kept_for(const runtime_state& state) noexcept {
    const bool busy = state.loop.doing == trace::phase::running;
    return busy && state.now > state.loop.turned ? state.now - state.loop.turned : 0;
}

top_model::top_model(source from) : from_(std::move(from)) {
    refresh();
}

void top_model::refresh() {
    if (paused_ || ended_) {
        return;
    }
    states_ = read_states(from_);
    ended_ = has_ended(from_);
    speeds_.look_at(states_);
    select();
    if (page_ == page::one_fiber) {
        read_stack();
    }
}

void top_model::select() {
    fibers_ = select_fibers(states_, {"", "", "", sort_ == "rate" ? "id" : sort_});
    std::erase_if(fibers_, [this](const shown_fiber& each) { return !matches(each, filter_); });
    if (sort_ == "rate") {
        std::ranges::stable_sort(fibers_, std::greater(), [this](const shown_fiber& each) {
            return speeds_.waits(*each.row);
        });
    }
    const auto same = std::ranges::find_if(
        fibers_, [this](const shown_fiber& each) { return each.row->id == at_cursor_; });
    if (same != fibers_.end()) {
        cursor_ = static_cast<std::size_t>(same - fibers_.begin());
    }
    cursor_ = std::min(cursor_, fibers_.empty() ? 0 : fibers_.size() - 1);
}

std::size_t top_model::first() const noexcept {
    const std::size_t last = fibers_.size() > visible_ ? fibers_.size() - visible_ : 0;
    return std::min(last, cursor_ - std::min(cursor_, visible_ / 2));
}

void top_model::sort_by(const std::string& sort_key) {
    if (std::ranges::count(sort_keys, sort_key) == 0) {
        throw bad_usage("fibers cannot be sorted by " + sort_key);
    }
    sort_ = sort_key;
    select();
}

void top_model::filter_by(const std::string& text) {
    filter_ = text.substr(0, longest_filter);
    select();
}

void top_model::read_stack() {
    if (!reader_) {
        reader_ = std::make_unique<stack_reader>(from_);
    }
    stack_ = {};
    for (std::size_t i = 0; i < states_.size(); ++i) {
        for (const trace::fiber_row& row : states_[i].fibers) {
            if (row.id == chosen_) {
                stack_ = {{&row, &states_[i]}, {}, reader_->stack_of(from_.memories[i], chosen_)};
            }
        }
    }
    if (reader_->files() != nullptr) {
        stack_.frames = name_frames(stack_.read, *reader_->files(), false);
    }
}

bool top_model::press(key pressed) {
    if (typing_) {
        type(pressed);
        return true;
    }
    switch (pressed.what) {
        case key::kind::character:
            if (pressed.character == 'q') {
                return false;
            }
            command(pressed.character);
            break;
        case key::kind::enter: open_chosen(); break;
        case key::kind::escape: leave_page(); break;
        case key::kind::erase: break;
        default: move(pressed.what); break;
    }
    return true;
}

void top_model::type(key pressed) {
    std::string text = filter_;
    switch (pressed.what) {
        case key::kind::enter: typing_ = false; return;
        case key::kind::escape:
            typing_ = false;
            text.clear();
            break;
        case key::kind::erase: text = text.substr(0, text.empty() ? 0 : text.size() - 1); break;
        case key::kind::character: text += pressed.character; break;
        default: return;
    }
    filter_by(text);
}

void top_model::command(char character) {
    const auto sorted = std::ranges::find(sort_keys, sort_) + 1;
    switch (character) {
        case 'p':
        case ' ': paused_ = !paused_; break;
        case 's': sort_by(sorted == sort_keys.end() ? sort_keys.front() : *sorted); break;
        case '/':
            page_ = page::fibers;
            typing_ = true;
            break;
        case 'l': page_ = page_ == page::locks ? page::fibers : page::locks; break;
        case 'h':
        case '?': page_ = page_ == page::help ? page::fibers : page::help; break;
        case 'j': move(key::kind::down); break;
        case 'k': move(key::kind::up); break;
        default: break;
    }
}

void top_model::move(key::kind direction) {
    const bool in_stack = page_ == page::one_fiber;
    std::size_t& place = in_stack ? first_frame_ : cursor_;
    const std::size_t count = in_stack ? stack_.frames.size() : fibers_.size();
    const std::size_t last = count == 0 ? 0 : count - 1;
    switch (direction) {
        case key::kind::up: place -= std::min<std::size_t>(place, 1); break;
        case key::kind::down: ++place; break;
        case key::kind::page_up: place -= std::min(place, visible_); break;
        case key::kind::page_down: place += visible_; break;
        case key::kind::home: place = 0; break;
        default: place = last; break;
    }
    place = std::min(place, last);
    at_cursor_ = cursor_ < fibers_.size() ? fibers_[cursor_].row->id : 0;
}

void top_model::open_chosen() {
    if (page_ == page::fibers && cursor_ < fibers_.size()) {
        chosen_ = at_cursor_ = fibers_[cursor_].row->id;
        first_frame_ = 0;
        page_ = page::one_fiber;
        read_stack();
    }
}

void top_model::leave_page() {
    if (page_ == page::fibers) {
        filter_by("");
    }
    page_ = page::fibers;
}

}  // namespace weft::trace_tool
