#!/usr/bin/env bash
# SPDX-License-Identifier: BSL-1.0
#
# Runs tools/dev/setup.sh where apt and dpkg are fakes that only write down how they were called.

set -euo pipefail

setup=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../tools/dev" && pwd)/setup.sh
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

readonly all_commands="c++ cmake ninja pkg-config python3 openssl nginx dnsmasq redis-server mariadbd"
readonly all_packages="libc-ares-dev libssl-dev zlib1g-dev libbrotli-dev libgtest-dev libgmock-dev
    libbenchmark-dev libcli11-dev nlohmann-json3-dev libdw-dev libzstd-dev libncurses-dev
    libprotozero-dev postgresql libpq-dev libhiredis-dev libcurl4-openssl-dev libmariadb-dev
    clang-format-14 gdb chromium zsh"

fake() {
    printf '#!/bin/sh\n%s\n' "$2" >"$work/bin/$1"
    chmod +x "$work/bin/$1"
}

boost() {
    echo "libboost$1-dev libboost-context$1-dev libboost-fiber$1-dev libboost-url$1-dev"
}

# A machine with these commands and packages, whose apt offers Boost 1.74, 1.81 and 1.83.
machine() {
    local each
    rm -rf "${work:?}/bin"
    mkdir "$work/bin"
    : >"$work/calls"
    for each in bash dpkg env grep sed; do
        ln -s "$(command -v "$each")" "$work/bin/$each"
    done
    for each in $1; do
        fake "$each" ''
    done
    # shellcheck disable=SC2086
    printf '%s installed\n' $2 >"$work/installed"
    fake dpkg-query "case \$3 in
        *\\**) grep '^libboost' $work/installed ;;
        *) sed -n \"s/^\$3 //p\" $work/installed ;;
    esac"
    # shellcheck disable=SC2016
    fake apt-cache 'for v in 1.74 1.83 1.81; do echo "libboost$v-dev - C++ libraries"; done'
    fake apt-get "echo \"\$@\" >>$work/calls"
    fake id 'echo 0'
    for each in tee chmod rm systemctl; do
        fake "$each" ''
    done
}

run_setup() {
    env -i PATH="$work/bin" bash "$setup" >"$work/said" 2>&1
}

fail() {
    echo "$1" >&2
    cat "$work/calls" "$work/said" >&2
    exit 1
}

expect_installs() {
    run_setup || fail "setup failed"
    head -n 1 "$work/calls" | grep -q ' update$' || fail "no update came first"
    sed -n 's/.* --no-remove //p' "$work/calls" | grep -qx "$1" || fail "expected only: $1"
}

machine "$all_commands" "$all_packages $(boost 1.81)"
run_setup || fail "setup failed on a complete machine"
[ ! -s "$work/calls" ] || fail "a complete machine was changed"

machine "$all_commands" "${all_packages/zlib1g-dev/} $(boost 1.81)"
expect_installs "zlib1g-dev"

machine "${all_commands/ninja/}" "$all_packages $(boost 1.81)"
expect_installs "ninja-build"

machine "$all_commands" "$all_packages"
expect_installs "$(boost 1.83)"

machine "$all_commands" "$all_packages libboost1.82-dev"
expect_installs "libboost-context1.82-dev libboost-fiber1.82-dev libboost-url1.82-dev"

machine "$all_commands" "$all_packages libboost1.74-dev"
expect_installs "$(boost 1.83)"

machine "$all_commands" "${all_packages/clang-format-14/} $(boost 1.81)"
expect_installs "clang-format-14"
fake apt-cache 'exit 100'
: >"$work/calls"
run_setup || fail "setup failed without a package that is only wished for"
[ ! -s "$work/calls" ] || fail "a package that apt does not offer was asked for"

machine "$all_commands" ""
fake apt-get 'exit 100'
! run_setup || fail "a failure of apt was not noticed"

machine "$all_commands" "${all_packages/zlib1g-dev/} $(boost 1.81)"
fake id 'echo 1000'
! run_setup || fail "nobody had the right to install and setup was content"
grep -q "needs root to run: .* apt-get" "$work/said" || fail "it did not say what needs root"
[ ! -s "$work/calls" ] || fail "apt was called without root"

fake sudo "echo sudo >>$work/calls; exec \"\$@\""
run_setup || fail "setup failed with sudo"
[ "$(head -n 1 "$work/calls")" = sudo ] || fail "sudo was not used"
grep -q -- "--no-remove zlib1g-dev$" "$work/calls" || fail "sudo did not install"

machine "${all_commands/cmake/}" ""
rm "$work/bin/apt-get"
! run_setup || fail "nothing was installed and setup was content"
grep -q "no apt.*" "$work/said" || fail "it did not say that apt is missing"
grep -q "install what Debian calls: cmake$" "$work/said" || fail "it did not name cmake"
