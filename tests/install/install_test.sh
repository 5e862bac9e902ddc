#!/bin/sh
# SPDX-License-Identifier: BSL-1.0
#
# install_test.sh CMAKE BUILD_DIR CXX CXXFLAGS
#
# Installs the build into an empty prefix and lets a stranger use it, once through CMake and once
# through pkg-config. The prefix is then moved, because users unpack archives anywhere.

set -eu

cmake=$1
build=$2
cxx=$3
cxxflags=$4

here=$(cd "$(dirname "$0")" && pwd)
work=$build/install_test
rm -rf "$work"
mkdir -p "$work"

expect_answer() {
    said=$("$1")
    if [ "$said" != "a fiber says 42" ]; then
        echo "$1 printed: $said" >&2
        exit 1
    fi
}

# expect_a_failed_test PROGRAM TEXT...
#
# One test of the stranger passes and one fails: the kit says why.
expect_a_failed_test() {
    program=$1
    shift
    if "$program" > "$work/tests_said"; then
        echo "$program: the test that is to fail passed" >&2
        exit 1
    fi
    for text in 'PASSED  . 1 test' "$@"; do
        if ! grep -q "$text" "$work/tests_said"; then
            echo "$program did not print $text:" >&2
            cat "$work/tests_said" >&2
            exit 1
        fi
    done
    sed -n 's/^recorded for weft-trace: //p' "$work/tests_said" | xargs -r rm -f
}

build_with_cmake() {
    name=$1
    shift
    "$cmake" -S "$here/stranger" -B "$work/$name" -G Ninja \
        -DCMAKE_PREFIX_PATH="$work/moved" -DCMAKE_CXX_COMPILER="$cxx" \
        -DCMAKE_CXX_FLAGS="$cxxflags" "$@"
    "$cmake" --build "$work/$name"
    expect_answer "$work/$name/stranger"
}

build_with_pkg_config() {
    pc=$(find "$work/moved" -name weft.pc)
    PKG_CONFIG_PATH=$(dirname "$pc")
    export PKG_CONFIG_PATH
    # Flags are words: they must be split.
    # shellcheck disable=SC2046,SC2086
    "$cxx" -std=c++20 $cxxflags $(pkg-config --cflags weft) "$here/stranger/main.cpp" \
        -o "$work/stranger" $(pkg-config --libs weft)
    expect_answer "$work/stranger"
}

"$cmake" --install "$build" --prefix "$work/prefix"
mv "$work/prefix" "$work/moved"

build_with_cmake everything
build_with_cmake runtime_only -DONLY_RUNTIME=ON
build_with_cmake on_boost_fiber -DON_BOOST_FIBER=ON
build_with_cmake with_tests -DWITH_TESTS=ON
expect_a_failed_test "$work/with_tests/stranger_tests" \
    'took longer than 1.000 s' '"customer" waits for channel'
expect_a_failed_test "$work/with_tests/network_tests" \
    'WEFT_SIMULATE_SEED=[0-9]' 'took longer than the time limit' '"main" waits for reading'
"$work/moved/bin/weft-fault-gate" --help | grep -q 'stop-accepting'
build_with_pkg_config
