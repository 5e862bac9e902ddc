// SPDX-License-Identifier: BSL-1.0

#include "tool.hpp"

#include "commands/command_line.hpp"

namespace weft::trace_tool {
namespace {

outcome tell(outcome result, const std::exception& error, std::ostream& err) {
    err << "weft-trace: " << error.what() << '\n';
    return result;
}

}  // namespace

int run(const std::vector<std::string>& arguments, output_streams streams) noexcept {
    outcome result = outcome::no_access;
    try {
        result = run_command_line(arguments, streams);
        streams.out.flush();
    } catch (const bad_usage& error) {
        result = tell(outcome::usage, error, streams.err);
    } catch (const cannot_attach& error) {
        result = tell(outcome::no_access, error, streams.err);
        streams.err << "  " << error.remedy() << '\n';
    } catch (const std::exception& error) {
        result = tell(outcome::no_access, error, streams.err);
    }
    return static_cast<int>(result);
}

}  // namespace weft::trace_tool
