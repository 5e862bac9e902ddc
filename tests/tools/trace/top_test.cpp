// SPDX-License-Identifier: BSL-1.0

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include "support/fake_memory.hpp"
#include "support/run_tool.hpp"
#include "top/screen.hpp"

namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;
using weft::test::fake_memory;
using weft::test::run_tool;
using weft::trace_tool::character_grid;
using weft::trace_tool::draw;
using weft::trace_tool::emphasis;
using json = nlohmann::json;
using weft::trace_tool::key;
using weft::trace_tool::open_source;
using weft::trace_tool::top_model;

constexpr std::uint64_t second = 1'000'000'000;

/// A memory whose time the test makes, and a model that looks at it.
class watched {
public:
    watched() {
        memory.header().virtual_time = 1;
        memory.loop().turned = 100 * second;
    }

    weft::trace::fiber_row& add(std::string_view name, std::uint64_t waits = 0,
                                std::uint8_t reason = weft::test::sleep_reason) {
        auto& row = memory.add_fiber(name, reason);
        row.waits = waits;
        row.since = 99 * second;
        return row;
    }
    top_model& model() {
        if (!model_) {
            model_ = std::make_unique<top_model>(open_source(fake_memory::source()));
        }
        return *model_;
    }
    void press(key::kind what) { EXPECT_TRUE(model().press({what})); }
    void type(std::string_view text) {
        for (const char each : text) {
            EXPECT_TRUE(model().press({key::kind::character, each}));
        }
    }
    std::string screen(std::size_t rows = 24, std::size_t columns = 80) {
        const character_grid grid = draw(model(), rows, columns);
        std::string text;
        for (std::size_t row = 0; row < rows; ++row) {
            text += grid.line(row) + "\n";
        }
        return text;
    }
    std::vector<std::string> names() {
        std::vector<std::string> found;
        for (const auto& each : model().fibers()) {
            found.emplace_back(weft::trace_tool::name_of(*each.row));
        }
        return found;
    }

    fake_memory memory;

private:
    std::unique_ptr<top_model> model_;
};

TEST(CharacterGrid, CutsTextAtItsBorderAndAtTheWidth) {
    character_grid grid(2, 6);
    EXPECT_EQ(grid.put(0, 3, "abcdef"), 6U);
    EXPECT_EQ(grid.put(1, 0, "abcdef", emphasis::none, 2), 2U);
    EXPECT_EQ(grid.put(0, 9, "x"), 9U);
    EXPECT_EQ(grid.put(7, 1, "x"), 1U);
    EXPECT_EQ(grid.line(0), "   abc");
    EXPECT_EQ(grid.line(1), "ab");
}

TEST(CharacterGrid, ShowsNothingThatControlsATerminal) {
    character_grid grid(1, 40);
    grid.put(0, 0, "a\x1b[2J\xff\xc3(\xf0\x9f\x98z\xe2");
    EXPECT_EQ(grid.line(0),
              "a?[2J?"
              "?(?"
              "??z?");
    EXPECT_EQ(weft::trace_tool::columns_of("a\xff"), 2U);
}

TEST(CharacterGrid, EmphasizesARow) {
    character_grid grid(1, 2);
    grid.put(0, 0, "x", emphasis::warning);
    EXPECT_EQ(grid.at(0, 0).shown, emphasis::warning);
    grid.emphasize(0, emphasis::inverse);
    EXPECT_EQ(grid.at(0, 1).shown, emphasis::inverse);
}

TEST(TraceTop, ShowsFibersOnAScreenOf80Columns) {
    watched top;
    top.add("acceptor", 12, weft::test::mutex_reason).object = 0xABC0;
    top.memory.add_lock("cache", 0xABC0, 7);
    const std::string screen = top.screen();
    EXPECT_THAT(screen,
                StartsWith("fake (" + std::to_string(::getpid()) + ")  1 fiber: 1 parked\nloop "));
    EXPECT_THAT(screen, HasSubstr("\n      ID NAME             STATE    REASON           SINCE    "
                                  "RATE OBJECT\n"));
    EXPECT_THAT(screen, HasSubstr("\n>      1 acceptor         parked   mutex           1.00 s"
                                  "       - mutex \"cache\"\n"));
    EXPECT_THAT(screen, HasSubstr("\nq quit  p pause"));
}

TEST(TraceTop, CountsWaitsPerSecondAndSortsByThem) {
    watched top;
    auto& slow = top.add("slow", 10);
    auto& fast = top.add("fast", 10);
    EXPECT_THAT(top.names(), ElementsAre("slow", "fast"));
    slow.waits += 10;
    fast.waits += 40;
    top.memory.loop().switches += 50;
    top.memory.loop().turned += 2 * second;
    top.model().refresh();
    EXPECT_THAT(top.names(), ElementsAre("fast", "slow"));
    EXPECT_THAT(top.screen(), AllOf(HasSubstr("25 switches/s"), HasSubstr("      20\n"),
                                    HasSubstr("       5\n")));
}

TEST(TraceTop, AFiberWithFewerWaitsThanBeforeHasNoRate) {
    watched top;
    auto& row = top.add("liar", 10);
    top.model();
    row.waits = 3;
    top.memory.loop().turned += second;
    top.model().refresh();
    EXPECT_EQ(top.model().speeds().waits(row), 0);
}

TEST(TraceTop, KeySGoesThroughTheSortKeys) {
    watched top;
    top.add("b").since = 50 * second;
    top.add("a");
    top.type("s");
    EXPECT_THAT(top.names(), ElementsAre("b", "a"));
    EXPECT_THAT(top.screen(), HasSubstr("sorted by since"));
    top.type("ss");
    EXPECT_THAT(top.names(), ElementsAre("a", "b"));
    top.type("sss");
    EXPECT_EQ(top.model().sort_key(), "rate");
}

TEST(TraceTop, FilterTakesNamesStatesAndReasonsUntilEscape) {
    watched top;
    top.add("reader");
    top.add("locker", 0, weft::test::mutex_reason);
    top.type("/mutexq");
    top.press(key::kind::erase);
    EXPECT_THAT(top.screen(), HasSubstr("filter: mutex_"));
    top.press(key::kind::enter);
    EXPECT_THAT(top.names(), ElementsAre("locker"));
    EXPECT_THAT(top.screen(), HasSubstr("1 with \"mutex\""));
    top.press(key::kind::escape);
    EXPECT_EQ(top.names().size(), 2U);
}

TEST(TraceTop, PausedItStaysAsItIs) {
    watched top;
    top.add("first");
    top.type("p");
    top.add("second");
    top.model().refresh();
    EXPECT_THAT(top.names(), ElementsAre("first"));
    EXPECT_THAT(top.screen(), HasSubstr("PAUSED"));
    top.type(" ");
    top.model().refresh();
    EXPECT_EQ(top.names().size(), 2U);
}

TEST(TraceTop, CursorStaysOnItsFiber) {
    watched top;
    top.add("b");
    top.add("c");
    top.press(key::kind::down);
    top.add("a");
    top.type("sss");  // by name
    top.model().refresh();
    EXPECT_THAT(top.names(), ElementsAre("a", "b", "c"));
    EXPECT_EQ(top.model().cursor(), 2U);
    top.press(key::kind::home);
    top.press(key::kind::up);
    EXPECT_EQ(top.model().cursor(), 0U);
    top.press(key::kind::page_down);
    EXPECT_EQ(top.model().cursor(), 1U);
    top.press(key::kind::end);
    EXPECT_EQ(top.model().cursor(), 2U);
}

TEST(TraceTop, ScrollsSoThatTheCursorIsSeen) {
    watched top;
    for (int i = 0; i < 50; ++i) {
        top.add("fiber");
    }
    EXPECT_THAT(top.screen(10), Not(HasSubstr("     50 fiber")));
    top.press(key::kind::end);
    EXPECT_THAT(top.screen(10), HasSubstr("\n>     50 fiber"));
}

TEST(TraceTop, EnterShowsAFiberAndEscapeLeavesIt) {
    watched top;
    top.add("parent");
    top.add("child").parent = 1;
    top.press(key::kind::down);
    top.press(key::kind::enter);
    const std::string screen = top.screen();
    EXPECT_THAT(screen, HasSubstr("\nfiber #2 \"child\"\nstate      parked, sleep for 1.00 s\n"));
    EXPECT_THAT(screen, HasSubstr("spawned    server.cpp:41 in serve by #1 \"parent\"\n"));
    EXPECT_THAT(screen, HasSubstr("(no stack: "));
    top.press(key::kind::escape);
    EXPECT_THAT(top.screen(), HasSubstr("> "));
}

TEST(TraceTop, SaysThatAFiberHasEnded) {
    watched top;
    auto& row = top.add("short");
    top.press(key::kind::enter);
    row.state = weft::trace::row_state::unused;
    top.model().refresh();
    EXPECT_THAT(top.screen(), HasSubstr("It has ended."));
}

TEST(TraceTop, ShowsLocksAndHelp) {
    watched top;
    top.add("waits", 0, weft::test::mutex_reason).object = 0xABC0;
    top.memory.add_lock("cache", 0xABC0, 1);
    top.type("l");
    EXPECT_THAT(top.screen(), HasSubstr("mutex \"cache\"  #1 \"waits\""));
    top.type("l?");
    EXPECT_THAT(top.screen(), HasSubstr("RATE is waits per second"));
    EXPECT_FALSE(top.model().press({key::kind::character, 'q'}));
}

TEST(TraceTop, MarksALoopThatAFiberKeeps) {
    watched top;
    top.memory.header().virtual_time = 0;  // the time is that of this machine now
    top.memory.loop().running = top.add("busy", 0, 0).id;
    top.memory.loop().doing = weft::trace::phase::running;
    top.memory.loop().turned = 1;
    EXPECT_THAT(top.screen(), HasSubstr("it runs #1 \"busy\""));
    EXPECT_THAT(top.screen(), HasSubstr(": STALL, for "));
    EXPECT_EQ(draw(top.model(), 24, 80).at(1, 0).shown, emphasis::warning);
    top.memory.loop().doing = weft::trace::phase::waiting;
    top.model().refresh();
    EXPECT_THAT(top.screen(), Not(HasSubstr("STALL")));
}

TEST(TraceTop, SaysThatAProgramHasEnded) {
    watched top;
    top.add("last");
    top.model();
    top.memory.loop().doing = weft::trace::phase::ended;
    top.model().refresh();
    EXPECT_THAT(top.screen(), HasSubstr("ENDED"));
    EXPECT_TRUE(top.model().ended());
}

TEST(TraceTop, DrawsOnAnySizeOfScreen) {
    watched top;
    top.add("fiber");
    EXPECT_THAT(top.screen(3, 20), StartsWith("too small: 40x10 at\n"));
    EXPECT_THAT(top.screen(10, 40), HasSubstr("fiber"));
    EXPECT_THAT(top.screen(30, 120), HasSubstr("SPAWNED-AT"));
    EXPECT_EQ(top.screen(0, 0), "");
    for (const char* page : {"l", "?"}) {
        top.type(page);
        EXPECT_THAT(top.screen(10, 40), HasSubstr("q quit"));
    }
}

TEST(TraceTop, NamesCannotControlTheTerminal) {
    watched top;
    top.add("\x1b[2Jgone");
    EXPECT_THAT(top.screen(), AllOf(Not(HasSubstr("\x1b")), HasSubstr("?[2Jgone")));
}

TEST(TraceTop, PrintsOneLookForScripts) {
    fake_memory memory;
    memory.add_fiber("worker", weft::test::sleep_reason);
    const auto result = run_tool({"top", fake_memory::source(), "--plain", "--once",
                                  "--interval=0.01", "--rows=12", "--columns=100"});
    EXPECT_EQ(result.code, 0) << result.err;
    EXPECT_THAT(result.out, AllOf(StartsWith("fake ("), HasSubstr(" worker "),
                                  Not(HasSubstr("q quit")), EndsWith("\n")));
}

TEST(TraceTop, PrintsJson) {
    fake_memory memory;
    memory.add_fiber("worker", weft::test::sleep_reason).waits = 3;
    const auto result = run_tool({"top", fake_memory::source(), "--json", "--interval=0.01"});
    const json said = json::parse(result.out);
    EXPECT_EQ(said.at("formatVersion"), 1);
    EXPECT_EQ(said.at("fibers")[0].at("name"), "worker");
    EXPECT_EQ(said.at("fibers")[0].at("waitsPerSecond"), 0);
    EXPECT_EQ(said.at("loops").size(), 1U);
    EXPECT_EQ(said.at("ended"), false);
}

TEST(TraceTop, NeedsATerminalOrPlain) {
    fake_memory memory;
    memory.add_fiber("worker", weft::test::sleep_reason);
    ASSERT_NE(std::freopen("/dev/null", "r", stdin), nullptr);  // else it may be a terminal
    const auto result = run_tool({"top", fake_memory::source()});
    EXPECT_EQ(result.code, 3);
    EXPECT_THAT(result.err, AllOf(HasSubstr("no terminal"), HasSubstr("--plain")));
    EXPECT_EQ(run_tool({"top", fake_memory::source(), "--once"}).code, 2);
    EXPECT_EQ(run_tool({"top", fake_memory::source(), "--plain", "--sort=colour"}).code, 2);
}

}  // namespace
