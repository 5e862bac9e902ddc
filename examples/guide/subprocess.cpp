// SPDX-License-Identifier: BSL-1.0
//
// Other programs: run one to its end in a call, talk to one, end one in time.
#include <weft/process.hpp>
#include <weft/run.hpp>
#include <weft/run_process.hpp>
#include <weft/scope.hpp>

#include <chrono>
#include <cstdio>
#include <string>
#include <string_view>

namespace {

using namespace std::chrono_literals;

/// A conversation with a program that translates line by line.
std::string translate(std::string_view text) {
    weft::process tr({"tr", "a-z", "A-Z"},
                     {.input = weft::redirect::pipe, .output = weft::redirect::pipe});
    return tr.communicate(text).output;
}

}  // namespace

int main() {
    weft::run([] {
        const auto sorted = weft::run_process({"sort"}, {.input = "pear\napple\n"});
        std::printf("%s%s\n", sorted.output.c_str(), translate("loud").c_str());

        try {
            weft::run_process(weft::shell("echo the disk is full >&2; exit 3"));
        } catch (const weft::process_error& error) {
            std::printf("%s\n", error.what());
        }

        const bool finished = weft::move_on_after(50ms, [] {
            weft::run_process({"sleep", "1000"});
        });
        std::printf("%s\n", finished ? "it ended by itself" : "it was ended in time");
    });
}
