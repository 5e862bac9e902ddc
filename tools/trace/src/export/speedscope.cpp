// SPDX-License-Identifier: BSL-1.0
#include <sstream>
#include <unordered_map>

#include "analysis/flame.hpp"
#include "export/exporter.hpp"
#include "output/json.hpp"

namespace weft::trace_tool {

namespace {

/// Frames get a number where they are first seen.
class frame_numbers {
public:
    json numbers_of(const std::string& path) {
        json numbers = json::array();
        std::istringstream frames(path);
        for (std::string frame; std::getline(frames, frame, ';');) {
            const auto [found, added] = numbers_.try_emplace(frame, numbers_.size());
            if (added) {
                names_.push_back({{"name", frame}});
            }
            numbers.push_back(found->second);
        }
        return numbers;
    }
    [[nodiscard]] const json& names() const noexcept { return names_; }

private:
    std::unordered_map<std::string, std::size_t> numbers_;
    json names_ = json::array();
};

}  // namespace

void export_speedscope(std::ostream& out, const summary& in) {
    frame_names names(in.modules);
    frame_numbers frames;
    json samples = json::array();
    json weights = json::array();
    std::uint64_t total = 0;
    for (const auto& [path, value] : flame_of(flame_kind::wait, in, names)) {
        samples.push_back(frames.numbers_of(path));
        weights.push_back(value);
        total += value;
    }
    print_json(out, {{"$schema", "https://www.speedscope.app/file-format-schema.json"},
                     {"name", in.program.name},
                     {"shared", {{"frames", frames.names()}}},
                     {"profiles", json::array({{{"type", "sampled"},
                                                {"name", "waiting"},
                                                {"unit", "nanoseconds"},
                                                {"startValue", 0},
                                                {"endValue", total},
                                                {"samples", samples},
                                                {"weights", weights}}})}});
    out << '\n';
}

}  // namespace weft::trace_tool
