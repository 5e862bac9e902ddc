#!/usr/bin/env bash
# SPDX-License-Identifier: BSL-1.0
#
# Runs the test programs that Boost.Fiber ships with its sources, unchanged, on weft's engine:
# every thread that they start is a runtime, and so is the main one.
#
#   tools/dev/upstream_fiber_tests.sh DIRECTORY [FILTER]
#
# DIRECTORY is libs/fiber/test of the sources of the Boost that is installed (Debian:
# `apt-get source boost1.81`). Needs a release build, and Boost's libraries test, thread and chrono
# (libboost-test1.81-dev, libboost-thread1.81-dev, libboost-chrono1.81-dev).

set -euo pipefail

if [ $# -lt 1 ] || [ ! -d "$1" ]; then
    sed -n '4,12s/^# \{0,1\}//p' "$0" >&2
    exit 2
fi
tests=$(cd "$1" && pwd)
filter=${2:-}
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
build=build/release
if [ ! -e $build/runtime/boost_fiber/libweft_boost_fiber.a ]; then
    echo "$0: no release build in $build: cmake --preset release && cmake --build $build" >&2
    exit 2
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cat > "$work/on_weft.cpp" <<'SOURCE'
#include <weft/boost_fiber.hpp>

#include <pthread.h>
#include <memory>

namespace {

struct start {
    void* (*function)(void*);
    void* argument;
};

void* run_on_weft(void* given) {
    const std::unique_ptr<start> chosen(static_cast<start*>(given));
    const weft::boost_fiber_runtime runtime;
    return chosen->function(chosen->argument);
}

}  // namespace

extern "C" {
int __real_main(int, char**);

int __wrap_main(int count, char** arguments) {
    const weft::boost_fiber_runtime runtime;
    return __real_main(count, arguments);
}

int __real_pthread_create(pthread_t*, const pthread_attr_t*, void* (*)(void*), void*);

// Boost.Thread is linked statically and so calls this one.
int __wrap_pthread_create(pthread_t* made, const pthread_attr_t* attributes,
                          void* (*function)(void*), void* argument) {
    return __real_pthread_create(made, attributes, &run_on_weft, new start{function, argument});
}
}
SOURCE

flags=(-std=c++20 -O2 -w -I runtime/include -I runtime/boost_fiber/include)
libraries=($build/runtime/boost_fiber/libweft_boost_fiber.a $build/runtime/libweft_runtime.a
    -Wl,-Bstatic -lboost_fiber -lboost_context -lboost_unit_test_framework -lboost_thread
    -lboost_chrono -Wl,-Bdynamic -Wl,--wrap=main,--wrap=pthread_create -pthread)
g++ "${flags[@]}" -c "$work/on_weft.cpp" -o "$work/on_weft.o"

failed=()
count=0
for source in "$tests"/test_*"$filter"*.cpp; do
    name=$(basename "$source" .cpp)
    count=$((count + 1))
    if ! g++ "${flags[@]}" "$source" "$work/on_weft.o" "${libraries[@]}" -o "$work/$name" ||
        ! timeout 120 "$work/$name" --color_output=no > "$work/$name.log" 2>&1; then
        failed+=("$name")
        tail -n 20 "$work/$name.log" 2> /dev/null || true
        echo "$name: FAILED"
    else
        echo "$name: $(tail -n 1 "$work/$name.log")"
    fi
done
if [ "$count" -eq 0 ]; then
    echo "$0: no test_*$filter*.cpp in $tests" >&2
    exit 2
fi
echo "$((count - ${#failed[@]})) of $count passed"
[ ${#failed[@]} -eq 0 ]
