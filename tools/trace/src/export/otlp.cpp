// SPDX-License-Identifier: BSL-1.0
#include <cinttypes>
#include <cstdio>
#include <string>
#include <unordered_map>

#include "analysis/playback.hpp"
#include "export/exporter.hpp"
#include "output/json.hpp"

namespace weft::trace_tool {

namespace {

std::string hex(std::uint64_t number) {
    char text[24];
    std::snprintf(text, sizeof text, "%016" PRIx64, number);
    return text;
}

json attribute(const char* key, const std::string& value) {
    return {{"key", key}, {"value", {{"stringValue", value}}}};
}

/// Writes each span when it ends. One whose begin or end was not seen is left out.
class otlp_writer final : public playback_listener {
public:
    otlp_writer(std::ostream& out, const summary& in) : out_(out), in_(in) {}

    void begin() {
        out_ << R"({"resourceSpans":[{"resource":{"attributes":[)"
             << attribute("service.name", in_.program.name).text()
             << R"(]},"scopeSpans":[{"scope":{"name":"weft"},"spans":[)";
    }
    void end() { out_ << "\n]}]}]}\n"; }

    void on_chunk(const chunk&) override {}
    void on_interval(const interval&) override {}
    void on_gap(std::uint64_t) override { open_.clear(); }

    void on_event(const trace::event& next, const chunk& in) override {
        if (next.type == trace::event_type::span_began && open_.size() < most_open) {
            const auto name = in.strings.find(next.x);
            const auto outer = next.stack;  // the low half of its number
            const auto known = roots_.find(outer);
            const auto root = outer == 0 || known == roots_.end() ? next.object : known->second;
            if (roots_.size() < most_open) {
                roots_[static_cast<std::uint32_t>(next.object)] = root;
            }
            open_[next.object] = {name == in.strings.end() ? "" : name->second, next.time, outer,
                                  root};
        } else if (next.type == trace::event_type::span_ended) {
            if (const auto ended = open_.extract(next.object)) {
                write(next, ended.mapped());
            }
        }
    }

private:
    struct open_span {
        std::string name;
        std::uint64_t began = 0;
        std::uint32_t outer = 0;
        std::uint64_t root = 0;  // number of the span that is in no other
    };

    [[nodiscard]] std::string real_time(std::uint64_t ticks) const {
        return std::to_string(in_.file.began.real + in_.scale.since_begin(ticks));
    }

    void write(const trace::event& end, const open_span& span) {
        json made{
            {"traceId", hex(in_.file.began.real) + hex(span.root)},
            {"spanId", hex(static_cast<std::uint32_t>(end.object))},
            {"name", span.name},
            {"kind", 1},  // internal
            {"startTimeUnixNano", real_time(span.began)},
            {"endTimeUnixNano", real_time(end.time)},
            {"attributes", json::array({attribute("weft.fiber.id", std::to_string(end.fiber)),
                                        attribute("weft.fiber.name", in_.fiber_name(end.fiber))})}};
        if (span.outer != 0) {
            made.add("parentSpanId", hex(span.outer));
        }
        out_ << (first_ ? "\n" : ",\n");
        first_ = false;
        print_json(out_, made);
    }

    static constexpr std::size_t most_open = 1'000'000;

    std::ostream& out_;
    const summary& in_;
    std::unordered_map<std::uint64_t, open_span> open_;
    std::unordered_map<std::uint32_t, std::uint64_t> roots_;
    bool first_ = true;
};

}  // namespace

void export_otlp(std::ostream& out, const std::filesystem::path& file, const summary& in) {
    otlp_writer to(out, in);
    to.begin();
    play(file, to, in.window);
    to.end();
}

}  // namespace weft::trace_tool
