// SPDX-License-Identifier: BSL-1.0

#include "output/json.hpp"

#include <array>
#include <nlohmann/json.hpp>  // only here: it is much to compile

namespace weft::trace_tool {
namespace {

std::string dumped(const nlohmann::json& value) {
    return value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

// Of every byte, whether JSON has it as it is. There may be millions of them.
constexpr auto stands_for_itself = [] {
    std::array<bool, 256> made{};
    for (int byte = ' '; byte <= '~'; ++byte) {
        made[static_cast<std::size_t>(byte)] = byte != '"' && byte != '\\';
    }
    return made;
}();

bool is_plain(std::string_view text) noexcept {
    bool plain = true;
    for (const char byte : text) {
        plain = plain && stands_for_itself[static_cast<unsigned char>(byte)];
    }
    return plain;
}

}  // namespace

json::json(double value) : text_(dumped(value)) {}

json::json(std::initializer_list<json_member> members) : text_("{}") {
    std::size_t size = text_.size();
    for (const auto& [name, value] : members) {
        size += name.size() + value.text_.size() + std::string_view("\"\":,").size();
    }
    text_.reserve(size);
    for (const auto& [name, value] : members) {
        add(name, value);
    }
}

json json::array(std::initializer_list<json> elements) {
    json made;
    made.text_ = "[]";
    for (const json& each : elements) {
        made.push_back(each);
    }
    return made;
}

/// Takes the last bracket off, and puts a comma there if something stands before it.
void json::reopen() {
    text_.pop_back();
    if (text_.size() > 1) {
        text_ += ',';
    }
}

void json::push_back(const json& element) {
    reopen();
    text_ += element.text_;
    text_ += ']';
}

void json::add(std::string_view name, const json& value) {
    reopen();
    append_text(name);
    text_ += ':';
    text_ += value.text_;
    text_ += '}';
}

void json::append_text(std::string_view text) {
    if (is_plain(text)) {
        text_ += '"';
        text_ += text;
        text_ += '"';
    } else {
        text_ += dumped(std::string(text));
    }
}

void print_json(std::ostream& out, const json& value) {
    out << value.text();
}

json_list::json_list(std::ostream& out, std::string_view name) : out_(out) {
    out_ << R"({"formatVersion":)" << json_version << ",\"" << name << "\":[";
}

void json_list::add(const json& element) {
    out_ << (first_ ? "\n" : ",\n") << element.text();
    first_ = false;
}

void json_list::finish(std::initializer_list<json_member> members) {
    out_ << "\n]";
    for (const auto& [name, value] : members) {
        out_ << ",\"" << name << "\":" << value.text();
    }
    out_ << "}\n";
}

}  // namespace weft::trace_tool
