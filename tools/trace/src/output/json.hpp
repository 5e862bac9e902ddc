// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <ostream>
#include <string>
#include <string_view>

namespace weft::trace_tool {

/// Of all that --json prints. Members may be added within a version.
inline constexpr int json_version = 1;

struct json_member;

/// A value as the text that JSON has for it: for printing only.
class json {
public:
    json() : text_("null") {}
    json(bool value) : text_(value ? "true" : "false") {}
    template <std::integral Number>
    json(Number value) : text_(std::to_string(value)) {}
    json(double value);
    /// Bytes that are no UTF-8 are replaced.
    template <std::convertible_to<std::string_view> Text>
    json(const Text& value) {
        append_text(std::string_view(value));
    }
    /// An object: `{{"name", 1}, {"other", "text"}}`.
    json(std::initializer_list<json_member> members);

    [[nodiscard]] static json object() { return json(std::initializer_list<json_member>{}); }
    [[nodiscard]] static json array(std::initializer_list<json> elements = {});

    /// Adds an element to an array.
    void push_back(const json& element);
    /// Adds a member to an object; its name is not there yet.
    void add(std::string_view name, const json& value);

    [[nodiscard]] const std::string& text() const noexcept { return text_; }

private:
    void append_text(std::string_view text);
    void reopen();

    std::string text_;
};

/// A name and its value in an object.
struct json_member {
    std::string_view name;
    json value;
};

/// Prints one value.
void print_json(std::ostream& out, const json& value);

/// Prints {"formatVersion":1,"<list>":[...]} element by element, for there may be very many.
class json_list {
public:
    json_list(std::ostream& out, std::string_view name);
    json_list(const json_list&) = delete;
    json_list& operator=(const json_list&) = delete;
    ~json_list() = default;

    void add(const json& element);

    /// Ends the list, and the object with these further members.
    void finish(std::initializer_list<json_member> members = {});

private:
    std::ostream& out_;
    bool first_ = true;
};

}  // namespace weft::trace_tool
