// SPDX-License-Identifier: BSL-1.0

#include "interpose/differential/signal_scene.hpp"

#include <poll.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/select.h>

namespace weft::test {
namespace {

template <class Call>
void with_descriptor_in_epoll(scene& at, Call call) {
    const unique_fd set(::epoll_create1(EPOLL_CLOEXEC));
    epoll_event wanted{EPOLLIN, {.fd = 0}};
    ::epoll_ctl(set.get(), EPOLL_CTL_ADD, at.ends.read.get(), &wanted);
    call(set.get());
}

// The function that is tested, not one to wait with.
constexpr auto interrupted_poll = &::poll;

}  // namespace

std::vector<waiting_call> interrupted_polling() {
    return {
        {"poll", "", empty_pipe,
         [](session& with, scene& at) {
             pollfd asked{at.ends.read.get(), POLLIN, 0};
             with.note("poll", ::poll(&asked, 1, 60'000));
         }},
        {"poll", "no descriptors", no_preparation,
         [](session& with, scene&) { with.note("poll", interrupted_poll(nullptr, 0, 60'000)); }},
        {"ppoll", "", empty_pipe,
         [](session& with, scene& at) {
             pollfd asked{at.ends.read.get(), POLLIN, 0};
             with.note("ppoll", ::ppoll(&asked, 1, nullptr, nullptr));
         }},
        {"ppoll", "another mask", empty_pipe,
         [](session& with, scene& at) {
             pollfd asked{at.ends.read.get(), POLLIN, 0};
             const sigset_t mask = mask_with_one_more();
             with.note("ppoll", ::ppoll(&asked, 1, nullptr, &mask));
         }},
        {"select", "", empty_pipe,
         [](session& with, scene& at) {
             fd_set asked;
             FD_ZERO(&asked);
             FD_SET(at.ends.read.get(), &asked);
             timeval limit = minute;
             with.note("select",
                       ::select(at.ends.read.get() + 1, &asked, nullptr, nullptr, &limit));
             note_rest(with, limit.tv_sec);
         }},
        {"pselect", "another mask", empty_pipe,
         [](session& with, scene& at) {
             fd_set asked;
             FD_ZERO(&asked);
             FD_SET(at.ends.read.get(), &asked);
             const sigset_t mask = mask_with_one_more();
             with.note("pselect",
                       ::pselect(at.ends.read.get() + 1, &asked, nullptr, nullptr, nullptr, &mask));
         }},
        {"epoll_wait", "", empty_pipe,
         [](session& with, scene& at) {
             with_descriptor_in_epoll(at, [&](int set) {
                 epoll_event event{};
                 with.note("epoll_wait", ::epoll_wait(set, &event, 1, -1));
             });
         }},
        {"epoll_pwait", "another mask", empty_pipe,
         [](session& with, scene& at) {
             with_descriptor_in_epoll(at, [&](int set) {
                 epoll_event event{};
                 const sigset_t mask = mask_with_one_more();
                 with.note("epoll_pwait", ::epoll_pwait(set, &event, 1, -1, &mask));
             });
         }},
    };
}

}  // namespace weft::test
