// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <nlohmann/json.hpp>
#include <ostream>
#include <string_view>

namespace weft::trace_tool {

using json = nlohmann::ordered_json;

/// Of all that --json prints. Members may be added within a version.
inline constexpr int json_version = 1;

/// Prints one value on a line. Bytes that are no UTF-8 are replaced.
inline void print_json(std::ostream& out, const json& value) {
    out << value.dump(-1, ' ', false, json::error_handler_t::replace);
}

/// Prints {"formatVersion":1,"<list>":[...]} element by element, for there may be very many.
class json_list {
public:
    json_list(std::ostream& out, std::string_view name) : out_(out) {
        out_ << R"({"formatVersion":)" << json_version << ",\"" << name << "\":[";
    }
    json_list(const json_list&) = delete;
    json_list& operator=(const json_list&) = delete;
    ~json_list() = default;

    void add(const json& element) {
        out_ << (first_ ? "\n" : ",\n");
        print_json(out_, element);
        first_ = false;
    }

    /// Ends the list, and the object with these further members.
    void finish(const json& members = json::object()) {
        out_ << "\n]";
        for (const auto& [name, value] : members.items()) {
            out_ << ",\"" << name << "\":";
            print_json(out_, value);
        }
        out_ << "}\n";
    }

private:
    std::ostream& out_;
    bool first_ = true;
};

}  // namespace weft::trace_tool
