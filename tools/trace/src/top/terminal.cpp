// SPDX-License-Identifier: BSL-1.0

#include "top/terminal.hpp"

#define NCURSES_NOMACROS    // else `erase` and the like are taken
#define NCURSES_WIDECHAR 1  // characters that are more than a byte
#include <ncurses.h>
#include <unistd.h>

#include <cstdlib>

#include "error.hpp"

namespace weft::trace_tool {
namespace {

constexpr short warning_pair = 1;
constexpr int control_c = 3;
constexpr int escape = 27;
constexpr int delete_byte = 127;
constexpr int escape_delay = 25;  // ms, before Escape is a key and not the begin of another one

attr_t attributes_for(emphasis shown) {
    switch (shown) {
        case emphasis::none: return A_NORMAL;
        case emphasis::strong: return A_BOLD;
        case emphasis::inverse: return A_REVERSE;
        case emphasis::warning: break;
    }
    return ::has_colors() ? A_BOLD | static_cast<attr_t>(COLOR_PAIR(warning_pair))
                          : A_BOLD | A_REVERSE;
}

key::kind kind_of(int code) {
    switch (code) {
        case KEY_UP: return key::kind::up;
        case KEY_DOWN: return key::kind::down;
        case KEY_PPAGE: return key::kind::page_up;
        case KEY_NPAGE: return key::kind::page_down;
        case KEY_HOME: return key::kind::home;
        case KEY_END: return key::kind::end;
        case KEY_ENTER:
        case '\r':
        case '\n': return key::kind::enter;
        case escape: return key::kind::escape;
        case KEY_BACKSPACE:
        case '\b':
        case delete_byte: return key::kind::erase;
        default: return key::kind::character;
    }
}

}  // namespace

void terminal::end_screen::operator()(void* screen) const noexcept {
    ::endwin();
    ::delscreen(static_cast<SCREEN*>(screen));
}

terminal::terminal() {
    if (::isatty(STDOUT_FILENO) == 0 || ::isatty(STDIN_FILENO) == 0) {
        throw cannot_attach("standard input or output is no terminal",
                            "Use top --plain, top --plain --once or top --json.");
    }
    const char* type = std::getenv("TERM");
    screen_.reset(::newterm(nullptr, stdout, stdin));
    if (screen_ == nullptr) {
        throw cannot_attach(std::string("the terminal cannot be used: TERM is ") +
                                (type == nullptr ? "not set" : type),
                            "Set TERM to what the terminal is, or use top --plain.");
    }
    ::raw();
    ::noecho();
    ::keypad(stdscr, true);
    ::set_escdelay(escape_delay);
    ::curs_set(0);
    if (::has_colors()) {
        ::start_color();
        ::use_default_colors();
        ::init_pair(warning_pair, COLOR_RED, -1);
    }
}

terminal::~terminal() = default;

std::size_t terminal::rows() const noexcept {
    return static_cast<std::size_t>(::getmaxy(stdscr));
}

std::size_t terminal::columns() const noexcept {
    return static_cast<std::size_t>(::getmaxx(stdscr));
}

void terminal::draw(const character_grid& grid) {
    ::erase();
    for (std::size_t row = 0; row < grid.rows(); ++row) {
        for (std::size_t column = 0; column < grid.columns(); ++column) {
            const auto& [character, shown] = grid.at(row, column);
            const wchar_t text[]{static_cast<wchar_t>(character), L'\0'};
            cchar_t cell{};
            ::setcchar(&cell, text, attributes_for(shown),
                       shown == emphasis::warning && ::has_colors() ? warning_pair : 0, nullptr);
            ::mvadd_wch(static_cast<int>(row), static_cast<int>(column), &cell);
        }
    }
    ::refresh();
}

std::optional<key> terminal::next_key(std::chrono::milliseconds longest) {
    ::timeout(static_cast<int>(longest.count()));
    const int code = ::getch();
    if (code == ERR || code == KEY_RESIZE) {
        return std::nullopt;
    }
    if (code == control_c) {
        return key{key::kind::character, 'q'};
    }
    const key::kind what = kind_of(code);
    if (what == key::kind::character && (code < ' ' || code > '~')) {
        return std::nullopt;
    }
    return key{what, static_cast<char>(code)};
}

}  // namespace weft::trace_tool
