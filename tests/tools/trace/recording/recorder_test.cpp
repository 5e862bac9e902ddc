// SPDX-License-Identifier: BSL-1.0
#include "recording/recorder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "error.hpp"
#include "recording/file_reader.hpp"
#include "support/fake_runtime.hpp"
#include "support/temporary_file.hpp"

namespace weft::test {
namespace {

using trace_tool::recorder;

trace::event named(std::uint32_t string) {
    return {trace_tool::monotonic_now(), 5, trace::event_type::named, 0, 0, string, 0, 0};
}

TEST(Recorder, AsksForEventsWhileItLives) {
    const fake_runtime runtime(64);
    const auto memory = runtime.attach();
    const temporary_file file;
    {
        const recorder recording(memory, 0, {file.path(), trace::sched_events | trace::io_events});
        EXPECT_EQ(runtime.control().mask, trace::sched_events | trace::io_events);
        EXPECT_EQ(runtime.control().owner, static_cast<std::uint64_t>(::getpid()));
        EXPECT_GT(runtime.control().lease, trace_tool::monotonic_now());
    }
    EXPECT_EQ(runtime.control().mask, 0U);
    EXPECT_EQ(runtime.control().owner, 0U);
    EXPECT_EQ(runtime.control().lease, 0U);
}

TEST(Recorder, RenewsItsLease) {
    const fake_runtime runtime(64);
    const auto memory = runtime.attach();
    const temporary_file file;
    recorder recording(memory, 0, {file.path()});
    runtime.control().lease = 1;
    runtime.control().owner = 0;  // as a runtime does when a lease has run out
    runtime.control().mask = 0;
    recording.step();
    EXPECT_GT(runtime.control().lease, trace_tool::monotonic_now());
    EXPECT_EQ(runtime.control().mask, trace::sched_events);
    EXPECT_EQ(recording.ended(), "");
}

TEST(Recorder, DoesNotDisturbAnotherRecorder) {
    const fake_runtime runtime(64);
    const auto memory = runtime.attach();
    const temporary_file file;
    runtime.control().owner = 1;  // init, which lives
    EXPECT_THROW(recorder(memory, 0, {file.path()}), trace_tool::cannot_attach);
    EXPECT_FALSE(std::filesystem::exists(file.path()));
    EXPECT_EQ(runtime.control().owner, 1U);
}

TEST(Recorder, TakesThePlaceOfADeadRecorder) {
    const fake_runtime runtime(64);
    const auto memory = runtime.attach();
    const temporary_file file;
    runtime.control().owner = 0x3fff'ffff;  // more than there can be
    const recorder recording(memory, 0, {file.path()});
    EXPECT_EQ(runtime.control().owner, static_cast<std::uint64_t>(::getpid()));
}

TEST(Recorder, TakesThePlaceOfOneWhoseLeaseHasRunOut) {
    const fake_runtime runtime(64);
    const auto memory = runtime.attach();
    const temporary_file file;
    runtime.control().owner = 1;
    runtime.control().lease = 1;
    const recorder recording(memory, 0, {file.path()});
    EXPECT_EQ(runtime.control().owner, static_cast<std::uint64_t>(::getpid()));
}

TEST(Recorder, EndsWhenAnotherHasTakenItsPlace) {
    const fake_runtime runtime(64);
    const auto memory = runtime.attach();
    const temporary_file file;
    recorder recording(memory, 0, {file.path()});
    runtime.control().owner = 1;
    recording.step();
    EXPECT_EQ(recording.ended(), "another process records the program now");
    recording.finish();
    EXPECT_EQ(runtime.control().owner, 1U);
}

TEST(Recorder, WritesEventsAndWhatTheyName) {
    const fake_runtime runtime(64);
    runtime.row(0).id = 5;
    runtime.row(0).state = trace::row_state::parked;
    runtime.loop().rows_used = 1;
    const auto memory = runtime.attach();
    const temporary_file file;
    recorder recording(memory, 0, {file.path()});
    const auto string = runtime.add_string("reader");
    runtime.write(named(string));
    recording.finish();

    trace_tool::file_reader reader(file.path());
    const auto first = reader.next();
    ASSERT_TRUE(first);
    EXPECT_EQ(first->program.name, "fake");
    EXPECT_EQ(first->program.reasons, (std::vector<std::string>{"", "sleep"}));
    ASSERT_EQ(first->rows.size(), 1U);
    EXPECT_EQ(first->rows[0].id, 5U);
    ASSERT_EQ(first->events.size(), 1U);
    EXPECT_EQ(first->strings.at(string), "reader");
    EXPECT_GE(first->ended.monotonic, first->events[0].time);
}

TEST(Recorder, WritesWhatWasLost) {
    const fake_runtime runtime(8);
    const auto memory = runtime.attach();
    const temporary_file file;
    recorder recording(memory, 0, {file.path()});
    for (int i = 0; i < 20; ++i) {
        runtime.write(named(0));
    }
    recording.step();
    EXPECT_EQ(recording.events(), 7U);
    EXPECT_EQ(recording.lost(), 13U);
    recording.finish();
    const auto whole = survey_of(trace_tool::file_reader(file.path()));
    EXPECT_EQ(whole.events, 7U);
    EXPECT_EQ(whole.lost, 13U);
    EXPECT_TRUE(whole.complete);
}

/// As a runtime does that waits while there is no room.
void write_where_there_is_room(const fake_runtime& runtime, std::uint64_t slots, int count) {
    for (int i = 0; i < count; ++i) {
        const auto full = [&] {
            return __atomic_load_n(&runtime.control().on_full, __ATOMIC_ACQUIRE) ==
                       trace::full_waits &&
                   runtime.loop().head ==
                       __atomic_load_n(&runtime.control().taken, __ATOMIC_ACQUIRE) + slots - 1;
        };
        while (full()) {
            std::this_thread::yield();
        }
        runtime.write(named(0));
    }
}

TEST(Recorder, LosesNothingOfARuntimeThatWaitsForIt) {
    constexpr int count = 2000;
    const fake_runtime runtime(8);
    runtime.write(named(0));  // before it began
    const auto memory = runtime.attach();
    const temporary_file file;
    recorder recording(memory, 0, {.file = file.path(), .when_full = trace::full_waits});
    EXPECT_EQ(runtime.control().on_full, trace::full_waits);
    EXPECT_EQ(runtime.control().taken, 1U);
    std::thread program([&] { write_where_there_is_room(runtime, 8, count); });
    while (recording.events() + recording.lost() < count) {
        recording.step();
    }
    program.join();
    recording.finish();
    EXPECT_EQ(recording.lost(), 0U);
    EXPECT_EQ(recording.events(), static_cast<std::uint64_t>(count));
    EXPECT_EQ(runtime.control().on_full, trace::full_overwrites);
}

TEST(Recorder, TakesTheRestBeforeTheRuntimeMayOverwriteIt) {
    const fake_runtime runtime(8);
    const auto memory = runtime.attach();
    const temporary_file file;
    recorder recording(memory, 0, {.file = file.path(), .when_full = trace::full_waits});
    write_where_there_is_room(runtime, 8, 7);  // so many have room
    recording.finish();
    EXPECT_EQ(recording.events(), 7U);
    EXPECT_EQ(runtime.control().taken, 7U);  // said while it was still the owner
}

TEST(Recorder, LetsARuntimeOverwriteUnlessTold) {
    const fake_runtime runtime(8);
    const auto memory = runtime.attach();
    const temporary_file file;
    const recorder recording(memory, 0, {file.path()});
    EXPECT_EQ(runtime.control().on_full, trace::full_overwrites);
}

TEST(Recorder, EndsWithTheRuntime) {
    const fake_runtime runtime(64);
    const auto memory = runtime.attach();
    const temporary_file file;
    const recorder recording(memory, 0, {file.path()});
    EXPECT_EQ(recording.ended(), "");
    runtime.loop().doing = trace::phase::ended;
    EXPECT_EQ(recording.ended(), "the program has ended");
}

TEST(Recorder, EndsWhenTheFileIsLargeEnough) {
    const fake_runtime runtime(64);
    const auto memory = runtime.attach();
    const temporary_file file;
    recorder recording(memory, 0, {.file = file.path(), .most_bytes = 100});
    recording.finish();
    EXPECT_EQ(recording.ended(), "the file has become as large as it may");
}

TEST(Recorder, BeginsNewFilesAndKeepsTheLatest) {
    const fake_runtime runtime(64);
    const auto memory = runtime.attach();
    const temporary_file file;
    std::vector<std::filesystem::path> kept;
    {
        recorder recording(memory, 0, {.file = file.path(), .most_bytes = 1, .kept_files = 2});
        while (recording.events() < 450'000) {  // more than four chunks
            for (int i = 0; i < 32; ++i) {
                runtime.write(named(0));
            }
            recording.step();
        }
        EXPECT_EQ(recording.lost(), 0U);
        EXPECT_GT(recording.bytes(), std::filesystem::file_size(recording.files().back()));
        EXPECT_EQ(recording.ended(), "");
        recording.finish();
        kept.assign(recording.files().begin(), recording.files().end());
    }
    ASSERT_EQ(kept.size(), 2U);
    EXPECT_FALSE(std::filesystem::exists(file.path()));
    for (const auto& each : kept) {
        const auto read = survey_of(trace_tool::file_reader(each));
        EXPECT_TRUE(read.complete) << each;
        EXPECT_EQ(read.damage, "");
        EXPECT_GT(read.events, 0U);
        std::filesystem::remove(each);
    }
}

TEST(DrainPace, LooksMoreOftenTheMoreItFinds) {
    trace_tool::drain_pace pace;
    for (int i = 0; i < 10; ++i) {
        pace.found(0.5);
    }
    EXPECT_EQ(pace.pause(), trace_tool::drain_pace::shortest);
    for (int i = 0; i < 10; ++i) {
        pace.found(0.1);
    }
    EXPECT_EQ(pace.pause(), trace_tool::drain_pace::shortest);
    for (int i = 0; i < 10; ++i) {
        pace.found(0);
    }
    EXPECT_EQ(pace.pause(), trace_tool::drain_pace::longest);
}

}  // namespace
}  // namespace weft::test
