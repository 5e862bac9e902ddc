// SPDX-License-Identifier: BSL-1.0
#include "analysis/playback.hpp"
#include "export/exporter.hpp"
#include "export/slice_names.hpp"
#include "output/json.hpp"

namespace weft::trace_tool {

namespace {

class chrome_writer final : public playback_listener {
public:
    chrome_writer(std::ostream& out, const summary& in, const exported_fibers& fibers)
        : out_(out), in_(in), fibers_(fibers) {}

    void begin() {
        out_ << R"({"displayTimeUnit":"ns","traceEvents":[)";
        add({{"ph", "M"}, {"name", "process_name"}, {"args", {{"name", in_.program.name}}}}, 0);
        for (const auto& [id, fiber] : in_.fibers) {
            if (fibers_.shown.contains(id)) {
                add({{"ph", "M"},
                     {"name", "thread_name"},
                     {"args", {{"name", in_.fiber_name(id)}}}},
                    id);
            }
        }
    }
    void end() { out_ << "\n]}\n"; }

    void on_chunk(const chunk&) override {}
    void on_event(const trace::event&, const chunk&) override {}

    void on_interval(const interval& done) override {
        if (!fibers_.shown.contains(done.fiber)) {
            return;
        }
        add({{"ph", "X"},
             {"name", slice_name(done, in_)},
             {"ts", microseconds(in_.scale.since_begin(done.begin))},
             {"dur", microseconds(in_.scale.duration(done.ticks()))}},
            done.fiber);
        if (done.what == activity::waiting && !done.cut && fibers_.shown.contains(done.woken_by)) {
            add_arrow(done);
        }
    }

private:
    static double microseconds(std::uint64_t nanoseconds) {
        return static_cast<double>(nanoseconds) / 1e3;
    }

    void add_arrow(const interval& wait) {
        const auto time = microseconds(in_.scale.since_begin(wait.end));
        ++flows_;
        add({{"ph", "s"}, {"name", "wake"}, {"cat", "wake"}, {"id", flows_}, {"ts", time}},
            wait.woken_by);
        add({{"ph", "f"},
             {"bp", "e"},
             {"name", "wake"},
             {"cat", "wake"},
             {"id", flows_},
             {"ts", time}},
            wait.fiber);
    }

    void add(json event, std::uint32_t fiber) {
        event.add("pid", in_.program.process);
        event.add("tid", fiber);
        out_ << (first_ ? "\n" : ",\n");
        first_ = false;
        print_json(out_, event);
    }

    std::ostream& out_;
    const summary& in_;
    const exported_fibers& fibers_;
    std::uint64_t flows_ = 0;
    bool first_ = true;
};

}  // namespace

void export_chrome(std::ostream& out, const std::filesystem::path& file, const summary& in,
                   const exported_fibers& fibers) {
    chrome_writer to(out, in, fibers);
    to.begin();
    play(file, to, in.window);
    to.end();
}

}  // namespace weft::trace_tool
