// SPDX-License-Identifier: BSL-1.0
#include "report/event_filter.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "error.hpp"
#include "support/recorded_story.hpp"
#include "support/run_tool.hpp"

namespace weft::test {
namespace {

using testing::HasSubstr;
using trace_tool::event_filter;
using trace_tool::event_members;

const event_members& sample() {
    static const event_members members{{"time", std::uint64_t{5'000}},
                                       {"fiber", 7},
                                       {"type", std::string("switched")},
                                       {"to", 9},
                                       {"why", std::string("mutex")}};
    return members;
}

TEST(EventFilter, TakesWhatMeetsAllConditions) {
    for (const auto* fits : {"", "type=switched", "why~ute", "why!=sleep", "time>4us", "time<5001",
                             "time>4999", "fiber=7", "fiber=9", "fiber=7,type=switched,time<1ms"}) {
        EXPECT_TRUE(event_filter(fits).takes(sample())) << fits;
    }
    for (const auto* fits_not :
         {"type=switch", "why~lock", "why!=mutex", "time>5us", "time<5us", "fiber=8", "fiber!=7",
          "fiber=7,type=woken", "object=0", "object!=0", "object<5", "type>5", "fiber~9"}) {
        EXPECT_FALSE(event_filter(fits_not).takes(sample())) << fits_not;
    }
}

TEST(EventFilter, RefusesWhatIsNoCondition) {
    for (const auto* wrong : {"switched", "=5", "type!5", "time>", "time>abc", "fiber=1,,"}) {
        EXPECT_THROW(event_filter{wrong}, trace_tool::bad_usage) << wrong;
    }
}

TEST(EventFilter, IsAppliedByTheCommand) {
    const temporary_file file;
    recorded_story story;
    story.spawned(0, 1).loop_ran(0, 1).left(100, 1, sleeping, 0).woken(200, 1, sleeping);
    story.write(file, 300);
    const auto shown = run_tool({"events", file.path(), "--filter", "type=woken,from=sleep"});
    EXPECT_THAT(shown.out, HasSubstr("type=woken"));
    EXPECT_EQ(std::ranges::count(shown.out, '\n'), 1);
    const auto raw = run_tool({"events", file.path(), "--raw", "--filter", "type=woken"});
    EXPECT_THAT(raw.out, HasSubstr("ticks=200"));
    EXPECT_EQ(run_tool({"events", file.path(), "--filter", "woken"}).code, 2);
}

TEST(EventsFollow, EndsWithARecordingThatIsComplete) {
    const temporary_file file;
    recorded_story story;
    story.spawned(0, 1).loop_ran(0, 1).gap(3);
    story.write(file, 300);
    const auto followed = run_tool({"events", file.path(), "--follow"});
    EXPECT_EQ(followed.out, run_tool({"events", file.path()}).out);
    EXPECT_THAT(followed.out, HasSubstr("lost=3"));
    EXPECT_THAT(run_tool({"events", file.path(), "--follow", "--json"}).out,
                HasSubstr(R"("complete":true)"));
}

}  // namespace
}  // namespace weft::test
