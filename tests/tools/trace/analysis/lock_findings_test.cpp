// SPDX-License-Identifier: BSL-1.0
#include "analysis/lock_findings.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>
#include <sstream>

#include "report/sections.hpp"
#include "support/recorded_story.hpp"

namespace weft::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using trace_tool::finding;

constexpr std::uint64_t accounts = 0xa;
constexpr std::uint64_t journal = 0xb;

/// A story of locks, of which all waits are recorded.
class lock_story : public recorded_story {
public:
    // The same, so that the story goes on as one of locks.
    lock_story& loop_ran(std::uint64_t time, std::uint32_t to) {
        recorded_story::loop_ran(time, to);
        return *this;
    }
    lock_story& left(std::uint64_t time, std::uint32_t fiber, std::uint8_t why, std::uint32_t to,
                     std::uint64_t object = 0, std::uint32_t stack = 0) {
        recorded_story::left(time, fiber, why, to, object, stack);
        return *this;
    }
    lock_story& woken(std::uint64_t time, std::uint32_t fiber, std::uint8_t reason,
                      std::uint32_t by = 0) {
        recorded_story::woken(time, fiber, reason, by);
        return *this;
    }

    lock_story& wants(std::uint64_t time, std::uint32_t fiber, std::uint32_t holder,
                      std::uint64_t lock, std::uint32_t stack = 0) {
        add({time, fiber, trace::event_type::lock_contended, locking, 0, holder, 0, lock});
        left(time, fiber, locking, 0, lock, stack);
        return *this;
    }
    lock_story& receives(std::uint64_t time, std::uint32_t fiber, std::uint32_t by,
                         std::uint64_t lock) {
        add({time, fiber, trace::event_type::lock_received, locking, 0, by, 0, lock});
        woken(time, fiber, locking, by);
        return *this;
    }
    lock_story& gives_up(std::uint64_t time, std::uint32_t fiber) {
        woken(time, fiber, locking);
        return *this;
    }
    lock_story& ends(std::uint64_t time, std::uint32_t fiber) {
        add({time, fiber, trace::event_type::ended, 0, 0, 0, 0, 0});
        left(time, fiber, trace::leave_finished, 0);
        return *this;
    }
    /// `fiber` waits for the second lock with the first one, which `other` wants meanwhile.
    lock_story& takes_both(std::uint64_t time, std::uint32_t fiber, std::uint32_t other,
                           std::uint64_t first, std::uint64_t second, std::uint32_t stack = 0) {
        wants(time, fiber, 9, second, stack).wants(time + 1, other, fiber, first);
        return receives(time + 10, fiber, 9, second).receives(time + 20, other, fiber, first);
    }
};

trace_tool::summary summary_of(recorded_story& story, std::uint64_t end) {
    const temporary_file file;
    story.write(file, end);
    return trace_tool::summarize(file.path());
}

std::vector<finding> wrong_locks(recorded_story& story, std::uint64_t end) {
    std::vector<finding> found;
    find_wrong_locks(summary_of(story, end), found);
    return found;
}

std::vector<finding::kind> kinds(const std::vector<finding>& all) {
    std::vector<finding::kind> made;
    std::ranges::transform(all, std::back_inserter(made), &finding::what);
    return made;
}

/// #1 sleeps until then with a lock that #2 wants from 10 us on.
lock_story asleep_until(std::uint64_t time) {
    lock_story story;
    story.loop_ran(0, 1).left(5, 1, sleeping, 2);
    story.wants(10, 2, 1, accounts).woken(time, 1, sleeping).loop_ran(time, 1);
    story.receives(time + 1, 2, 1, accounts).left(time + 2, 1, sleeping, 2);
    return story;
}

TEST(LongHolds, AreOfThoseThatWaitWithALock) {
    auto story = asleep_until(20'010);
    const auto all = wrong_locks(story, 30'000);
    ASSERT_THAT(kinds(all), ElementsAre(finding::kind::long_hold));
    EXPECT_EQ(all[0].fiber, 1U);
    EXPECT_EQ(all[0].nanoseconds, 20'000'000U);
    EXPECT_EQ(all[0].text,
              "#1 #1 waited for 20.00 ms (sleep) with lock 0xa, for which others waited");
}

TEST(LongHolds, AreNoneIfTheWaitIsShort) {
    auto story = asleep_until(9'000);
    EXPECT_THAT(wrong_locks(story, 30'000), IsEmpty());
}

TEST(LongHolds, AreNoneWhileNobodyWants) {
    lock_story story;
    story.loop_ran(0, 1).left(5, 1, sleeping, 0).loop_ran(19'000, 2);
    story.wants(19'010, 2, 1, accounts).woken(20'000, 1, sleeping).loop_ran(20'000, 1);
    story.receives(20'001, 2, 1, accounts);
    EXPECT_THAT(wrong_locks(story, 30'000), IsEmpty());
}

TEST(LongHolds, AreNoneOfThoseThatRunOrWaitForALock) {
    lock_story story;
    story.loop_ran(0, 2).wants(10, 2, 1, accounts).loop_ran(20, 1);
    story.wants(15'000, 1, 3, journal).receives(29'000, 1, 3, journal).loop_ran(29'000, 1);
    story.receives(29'001, 2, 1, accounts);
    EXPECT_THAT(wrong_locks(story, 30'000), IsEmpty());
}

TEST(LongHolds, EndWhenTheLastOneGivesUp) {
    lock_story story;
    story.loop_ran(0, 1).left(5, 1, sleeping, 2).wants(10, 2, 1, accounts);
    story.gives_up(5'000, 2).woken(20'000, 1, sleeping).loop_ran(20'000, 1);
    EXPECT_THAT(wrong_locks(story, 30'000), IsEmpty());
}

// It may have given the lock back and taken it again.
TEST(LongHolds, AreForgottenWhereEventsAreLost) {
    lock_story story;
    story.loop_ran(0, 2).wants(10, 2, 1, accounts).gap(5);
    story.loop_ran(100, 1).left(110, 1, sleeping, 0).woken(20'110, 1, sleeping).loop_ran(20'110, 1);
    story.receives(20'111, 2, 1, accounts);
    EXPECT_THAT(wrong_locks(story, 30'000), IsEmpty());
}

TEST(LongHolds, PassToWhomeverReceivesTheLock) {
    lock_story story;
    story.loop_ran(0, 2).wants(10, 2, 1, accounts).loop_ran(11, 3).wants(12, 3, 1, accounts);
    story.loop_ran(13, 1).receives(14, 2, 1, accounts).left(15, 1, sleeping, 2);
    story.left(16, 2, sleeping, 0).woken(20'016, 2, sleeping).loop_ran(20'016, 2);
    story.receives(20'017, 3, 2, accounts);
    const auto all = wrong_locks(story, 30'000);
    ASSERT_THAT(kinds(all), ElementsAre(finding::kind::long_hold));
    EXPECT_EQ(all[0].fiber, 2U);
}

TEST(LongHolds, AreOneForFibersThatAreAlike) {
    lock_story story;
    story.named(0, 1, "request").named(0, 3, "request");
    for (const std::uint32_t holder : {1, 3}) {
        const std::uint64_t begin = holder * 100'000;
        story.loop_ran(begin, holder).left(begin + 1, holder, sleeping, 2);
        story.wants(begin + 2, 2, holder, accounts);
        const auto end = begin + 10'000 * (holder + 1);
        story.woken(end, holder, sleeping).loop_ran(end, holder);
        story.receives(end + 1, 2, holder, accounts).left(end + 2, holder, sleeping, 2);
    }
    const auto all = wrong_locks(story, 500'000);
    ASSERT_THAT(kinds(all), ElementsAre(finding::kind::long_hold));
    EXPECT_THAT(all[0].text, HasSubstr("#3 request waited for 40.00 ms"));
    EXPECT_THAT(all[0].text, HasSubstr("; so did 1 more"));
}

TEST(LockOrders, AreFoundAtDifferentTimes) {
    lock_story story;
    story.takes_both(0, 1, 2, accounts, journal).takes_both(100, 3, 4, journal, accounts);
    const auto all = wrong_locks(story, 200);
    ASSERT_THAT(kinds(all), ElementsAre(finding::kind::lock_order));
    EXPECT_EQ(all[0].text,
              "#1 #1 waited for lock 0xb while it held lock 0xa, #3 #3 the other way round: that "
              "can become a deadlock");
}

TEST(LockOrders, AreFoundIfTheFirstLockWasWantedBefore) {
    lock_story story;
    story.takes_both(0, 1, 2, accounts, journal);
    story.wants(100, 4, 3, journal).wants(101, 3, 9, accounts);
    story.receives(110, 3, 9, accounts).receives(120, 4, 3, journal);
    EXPECT_THAT(kinds(wrong_locks(story, 200)), ElementsAre(finding::kind::lock_order));
}

TEST(LockOrders, AreRightIfAllAgree) {
    lock_story story;
    story.takes_both(0, 1, 2, accounts, journal).takes_both(100, 3, 4, accounts, journal);
    EXPECT_THAT(wrong_locks(story, 200), IsEmpty());
}

// That the fiber took it before it wanted the other is not known.
TEST(LockOrders, AreNotGuessed) {
    lock_story story;
    story.takes_both(0, 1, 2, accounts, journal);
    story.wants(100, 3, 9, accounts).receives(110, 3, 9, accounts);
    story.wants(111, 4, 3, journal).receives(120, 4, 3, journal);
    EXPECT_THAT(wrong_locks(story, 200), IsEmpty());
}

TEST(LockOrders, AreNoDeadlock) {
    lock_story story;
    story.wants(10, 1, 2, journal).wants(20, 2, 1, accounts);
    EXPECT_THAT(wrong_locks(story, 200), IsEmpty());
}

TEST(LockOrders, AreShownWithBothPlaces) {
    lock_story story;
    story.told().stacks = {{5, {{0x1111}, false}}, {6, {{0x2222}, false}}};
    story.takes_both(0, 1, 2, accounts, journal, 5).takes_both(100, 3, 4, journal, accounts, 6);
    const auto made = summary_of(story, 200);
    std::ostringstream text;
    print_text(text, trace_tool::make_report(made));
    EXPECT_THAT(text.str(), HasSubstr("Locks that fibers took in both orders"));
    EXPECT_THAT(text.str(), HasSubstr("0x1111"));
    EXPECT_THAT(text.str(), HasSubstr("0x2222"));
    EXPECT_THAT(report_json(made).text(), HasSubstr(R"("wanted":"0xb","held":"0xa","stack":[)"));
}

TEST(LockOrders, HaveNoTableIfThereAreNone) {
    lock_story story;
    story.takes_both(0, 1, 2, accounts, journal);
    std::ostringstream text;
    print_text(text, trace_tool::make_report(summary_of(story, 200)));
    EXPECT_THAT(text.str(), Not(HasSubstr("in both orders")));
}

TEST(HeldAtExit, IsWhatAFiberDidNotGiveBack) {
    lock_story story;
    story.loop_ran(0, 2).wants(10, 2, 1, accounts).loop_ran(20, 1).ends(30, 1);
    const auto all = wrong_locks(story, 100);
    ASSERT_THAT(kinds(all), ElementsAre(finding::kind::held_at_exit));
    EXPECT_EQ(all[0].text, "#1 #1 has ended and still holds lock 0xa, for which others wait");
}

TEST(HeldAtExit, IsNothingThatWasGivenBack) {
    lock_story story;
    story.loop_ran(0, 2).wants(10, 2, 1, accounts).loop_ran(20, 1);
    story.receives(25, 2, 1, accounts).ends(30, 1);
    EXPECT_THAT(wrong_locks(story, 100), IsEmpty());
}

// Also where the events of locks are not recorded.
TEST(HeldAtExit, IsSeenByTheLocksAtTheEnd) {
    lock_story story;
    story.loop_ran(20, 1).ends(30, 1);
    story.last_rows.resize(1);
    story.last_rows[0].id = 2;
    story.last_rows[0].state = trace::row_state::parked;
    story.last_objects.resize(1);
    auto& lock = story.last_objects[0];
    lock.kind = trace::object_kind::lock;
    lock.address = accounts;
    lock.owner = 1;
    lock.waiters = 1;
    EXPECT_THAT(kinds(wrong_locks(story, 100)), ElementsAre(finding::kind::held_at_exit));
    lock.waiters = 0;
    EXPECT_THAT(wrong_locks(story, 100), IsEmpty());
    lock.waiters = 1;
    lock.owner = 2;
    EXPECT_THAT(wrong_locks(story, 100), IsEmpty());
}

}  // namespace
}  // namespace weft::test
