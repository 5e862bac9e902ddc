// SPDX-License-Identifier: BSL-1.0
#include <protozero/pbf_writer.hpp>

#include "analysis/playback.hpp"
#include "export/exporter.hpp"
#include "export/perfetto_fields.hpp"
#include "export/slice_names.hpp"

namespace weft::trace_tool {

namespace {

using protozero::pbf_writer;

constexpr std::uint64_t process_track = 1;
constexpr std::uint64_t ready_track = 2;
constexpr std::uint64_t loop_track = 3;
constexpr std::uint64_t first_fiber_track = 16;
constexpr std::uint32_t only_sequence = 1;

std::uint64_t track_of(std::uint32_t fiber) {
    return fiber == 0 ? loop_track : first_fiber_track + fiber;
}

class perfetto_writer final : public playback_listener {
public:
    perfetto_writer(std::ostream& out, const summary& in, const exported_fibers& fibers)
        : out_(out), in_(in), fibers_(fibers) {}

    void describe() {
        describe_process();
        describe_track(loop_track, "loop", false);
        describe_track(ready_track, "ready fibers", true);
        for (const auto& [id, fiber] : in_.fibers) {
            if (fibers_.shown.contains(id)) {
                describe_track(track_of(id), "#" + std::to_string(id) + " " + in_.fiber_name(id),
                               false);
            }
        }
    }

    void on_chunk(const chunk&) override {}

    void on_event(const trace::event& next, const chunk&) override {
        if (next.type != trace::event_type::switched) {
            return;
        }
        write_event({next.time, perfetto::track_event::counter, ready_track, {}},
                    [&](pbf_writer& event) {
                        event.add_int64(perfetto::track_event::counter_value, next.aux);
                    });
    }

    void on_interval(const interval& done) override {
        if (!fibers_.shown.contains(done.fiber)) {
            return;
        }
        const auto flow = arrows_.extract(done.fiber);
        const auto track = track_of(done.fiber);
        write_event({done.begin, perfetto::track_event::slice_begin, track, slice_name(done, in_)},
                    [&](pbf_writer& event) {
                        if (!flow.empty()) {
                            event.add_fixed64(perfetto::track_event::terminating_flows,
                                              flow.mapped());
                        }
                    });
        write_event({done.end, perfetto::track_event::slice_end, track, {}}, [](pbf_writer&) {});
        if (done.what == activity::waiting && !done.cut) {
            begin_arrow(done);
        }
    }

private:
    // From who ended the wait to what the fiber does next.
    void begin_arrow(const interval& wait) {
        if (wait.woken_by != 0 && !fibers_.shown.contains(wait.woken_by)) {
            return;
        }
        arrows_[wait.fiber] = ++flows_;
        write_event(
            {wait.end, perfetto::track_event::instant, track_of(wait.woken_by),
             "wakes " + in_.fiber_name(wait.fiber)},
            [&](pbf_writer& event) { event.add_fixed64(perfetto::track_event::flows, flows_); });
    }

    /// What every event of a track has. One without name ends a slice, or counts.
    struct event_head {
        std::uint64_t ticks;
        std::uint32_t type;
        std::uint64_t track;
        std::string name;
    };

    template <class Fill>
    void write_event(const event_head& head, Fill fill) {
        write_packet([&](pbf_writer& packet) {
            packet.add_uint64(perfetto::packet::timestamp, in_.scale.monotonic(head.ticks));
            packet.add_uint32(perfetto::packet::clock, perfetto::monotonic_clock);
            packet.add_uint32(perfetto::packet::sequence, only_sequence);
            packet.add_uint32(perfetto::packet::sequence_flags, perfetto::packet::needs_names);
            const auto name = head.name.empty() ? 0 : number_of(head.name, packet);
            pbf_writer event(packet, perfetto::packet::track_event);
            event.add_uint32(perfetto::track_event::type, head.type);
            event.add_uint64(perfetto::track_event::track, head.track);
            if (name != 0) {
                event.add_uint64(perfetto::track_event::name_number, name);
            }
            fill(event);
        });
    }

    // A name is written once, in the packet that needs it first, and is a number from then on.
    std::uint64_t number_of(const std::string& name, pbf_writer& packet) {
        const auto [found, added] = names_.try_emplace(name, names_.size() + 1);
        if (added) {
            pbf_writer interned(packet, perfetto::packet::interned_data);
            pbf_writer entry(interned, perfetto::interned::event_name);
            entry.add_uint64(perfetto::interned::number, found->second);
            entry.add_string(perfetto::interned::text, name);
        }
        return found->second;
    }

    template <class Fill>
    void write_packet(Fill fill) {
        bytes_.clear();
        pbf_writer trace(bytes_);
        {
            pbf_writer packet(trace, perfetto::trace_packet);
            fill(packet);
        }
        out_.write(bytes_.data(), static_cast<std::streamsize>(bytes_.size()));
    }

    void describe_process() {
        write_packet([&](pbf_writer& packet) {
            packet.add_uint32(perfetto::packet::sequence, only_sequence);
            packet.add_uint32(perfetto::packet::sequence_flags, perfetto::packet::names_begin);
            pbf_writer track(packet, perfetto::packet::track_descriptor);
            track.add_uint64(perfetto::descriptor::uuid, process_track);
            pbf_writer process(track, perfetto::descriptor::process);
            process.add_int32(perfetto::process::pid,
                              static_cast<std::int32_t>(in_.program.process));
            process.add_string(perfetto::process::name, in_.program.name);
        });
    }

    void describe_track(std::uint64_t uuid, const std::string& name, bool counts) {
        write_packet([&](pbf_writer& packet) {
            pbf_writer track(packet, perfetto::packet::track_descriptor);
            track.add_uint64(perfetto::descriptor::uuid, uuid);
            track.add_string(perfetto::descriptor::name, name);
            track.add_uint64(perfetto::descriptor::parent, process_track);
            if (counts) {
                track.add_message(perfetto::descriptor::counter, "", 0);
            }
        });
    }

    std::ostream& out_;
    const summary& in_;
    const exported_fibers& fibers_;
    std::unordered_map<std::uint32_t, std::uint64_t> arrows_;  // by fiber that was woken
    std::uint64_t flows_ = 0;
    std::unordered_map<std::string, std::uint64_t> names_;
    std::string bytes_;
};

}  // namespace

void export_perfetto(std::ostream& out, const std::filesystem::path& file, const summary& in,
                     const exported_fibers& fibers) {
    perfetto_writer to(out, in, fibers);
    to.describe();
    play(file, to, in.window);
}

}  // namespace weft::trace_tool
