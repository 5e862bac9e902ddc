// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "interpose/differential/case.hpp"

#include <netinet/in.h>
#include <resolv.h>

#include <vector>

namespace weft::test {

/// Whom libc's resolver may ask.
enum class servers {
    known,   ///< a dnsmasq with names below "test"
    nobody,  ///< a port at which nobody is
    silent,  ///< a socket that never answers
};

/// Points the resolver state of the thread (`_res`) to a server of the tests, for this object's
/// life: what programs do that bring their own name server. Times are short.
class resolver_setting {
public:
    /// Asks `servers::known`, without search domains. Starts it, once; the first time on a plain
    /// thread.
    explicit resolver_setting(session& with);
    resolver_setting(const resolver_setting&) = delete;
    resolver_setting& operator=(const resolver_setting&) = delete;
    ~resolver_setting();

    void ask(std::vector<servers> whom);
    void search(std::vector<const char*> domains, int dots);
    void set_options(unsigned long off, unsigned long on);
};

[[nodiscard]] std::vector<differential_case> naming_cases();
[[nodiscard]] std::vector<differential_case> resolver_cases();

}  // namespace weft::test
