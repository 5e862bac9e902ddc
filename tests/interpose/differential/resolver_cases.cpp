// SPDX-License-Identifier: BSL-1.0

// res_*, and what closes many descriptors at once.

#include "interpose/differential/name_server.hpp"

#include <arpa/nameser.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <netdb.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <memory>

namespace weft::test {
namespace {

using dns_message = std::array<unsigned char, 512>;

/// The result, and the message without its random number.
void note_message(session& with, std::string_view call, int size, dns_message& got) {
    const int reason = h_errno;  // some calls leave it as it was
    with.note_text(call, std::to_string(size) + (size < 0 ? ::hstrerror(reason) : ""));
    for (int i = 2; i < size; ++i) {
        with.note_text("byte", std::to_string(got[static_cast<std::size_t>(i)]));
    }
}

constexpr const char* asked_names[] = {"one.test",        "text.test", "none.test",
                                       "refused.example", "one",       "www"};

void ask_by_state_of_thread(session& with) {
    resolver_setting here(with);
    here.search({"search.test", "test"}, 1);
    for (const char* name : asked_names) {
        dns_message got{};
        note_message(with, "res_query", ::res_query(name, ns_c_in, ns_t_a, got.data(), got.size()),
                     got);
        note_message(with, "res_search",
                     ::res_search(name, ns_c_in, ns_t_txt, got.data(), got.size()), got);
        note_message(with, "res_querydomain",
                     ::res_querydomain(name, "test", ns_c_in, ns_t_a, got.data(), got.size()), got);
    }
}

void ask_by_own_state(session& with) {
    resolver_setting here(with);
    struct __res_state own {};
    ::res_ninit(&own);
    own.nscount = 1;
    own.nsaddr_list[0] = _res.nsaddr_list[0];
    own.retrans = own.retry = 1;
    for (const char* name : asked_names) {
        dns_message got{};
        note_message(with, "res_nquery",
                     ::res_nquery(&own, name, ns_c_in, ns_t_a, got.data(), got.size()), got);
        note_message(with, "res_nsearch",
                     ::res_nsearch(&own, name, ns_c_in, ns_t_a, got.data(), got.size()), got);
    }
    ::res_nclose(&own);
}

void send_a_message(session& with) {
    resolver_setting here(with);
    h_errno = NO_DATA;
    dns_message question{};
    const int size = ::res_mkquery(ns_o_query, "one.test", ns_c_in, ns_t_a, nullptr, 0, nullptr,
                                   question.data(), question.size());
    dns_message got{};
    note_message(with, "res_send", ::res_send(question.data(), size, got.data(), got.size()), got);
    here.ask({servers::nobody});
    note_message(with, "res_send", ::res_send(question.data(), size, got.data(), got.size()), got);
}

bool is_open(int fd) {
    return ::fcntl(fd, F_GETFD) >= 0;
}

/// Far above whatever else the process has open, and waited for before.
void close_a_range(session& with, void (*close)(int first, int last)) {
    constexpr int first = 900;
    for (int round = 0; round < 2; ++round) {
        auto ends = channel_kinds()[1].make();
        ::dup2(ends.read.get(), first);
        ::dup2(ends.write.get(), first + 1);
        ::dup2(ends.write.get(), first + 2);
        const auto done = std::make_shared<unique_fd>(::dup(ends.write.get()));
        with.meanwhile([done] { static_cast<void>(::write(done->get(), "x", 1)); });
        char byte = 0;
        with.note("read", ::read(first, &byte, 1));
        close(first, first + 1);
        for (int fd = first; fd < first + 3; ++fd) {
            with.note_text("open", is_open(fd) ? "yes" : "no");
        }
        ::close(first + 2);
        with.note("read", ::read(first, &byte, 1));
    }
}

}  // namespace

std::vector<differential_case> resolver_cases() {
    std::vector<differential_case> all;
    all.push_back({"res_query, res_search, res_querydomain", "known and unknown names",
                   ask_by_state_of_thread});
    all.push_back({"res_nquery, res_nsearch", "a state of the program's own", ask_by_own_state});
    all.push_back({"res_send", "a server, and nobody", send_a_message});
    all.push_back({"close_range", "open ones that were read", [](session& with) {
                       close_a_range(with, [](int first, int last) {
                           ::close_range(static_cast<unsigned>(first), static_cast<unsigned>(last),
                                         0);
                       });
                   }});
    all.push_back({"close_range", "bounds and flags that are none", [](session& with) {
                       with.note("close_range", ::close_range(9, 8, 0));
                       with.note("close_range", ::close_range(5000, 5001, 0x4000));
                       with.note("close_range", ::close_range(5000, 5001, 0));
                       with.note("close_range", ::close_range(5000, 5001, CLOSE_RANGE_CLOEXEC));
                   }});
    all.push_back({"closefrom", "open ones that were read", [](session& with) {
                       close_a_range(with, [](int first, int) { ::closefrom(first); });
                   }});
    return all;
}

}  // namespace weft::test
