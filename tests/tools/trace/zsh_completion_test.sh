#!/usr/bin/env bash
# SPDX-License-Identifier: BSL-1.0
#
# zsh_completion_test.sh WEFT_TRACE COMPLETION: what zsh is told to offer at a few places.

set -euo pipefail

readonly tool=$1 completion=$2
if ! command -v zsh > /dev/null; then
    echo "skipped: there is no zsh"
    exit 77
fi

# What the function hands over for the last of these words.
offers() {
    zsh -f -c '
        function compadd() { print -l -- ${(P)2}; }
        function _files() { print -- files; }
        completion=$1; shift
        words=("$@")
        CURRENT=$#
        source $completion' zsh "$completion" "$tool" "$@"
}

expect() {
    local wanted=$1 got
    shift
    got=$(offers "$@")
    grep -qx -- "$wanted" <<< "$got" || {
        echo "FAILED: '$*' offers '$got', without '$wanted'" >&2
        exit 1
    }
}

expect deadlock dead
expect report rep
expect --state ps 4711 --st
expect --json ps 4711 --
expect files report one
! offers dead | grep -q files || exit 1
! offers ps 4711 --st | grep -q deadlock || exit 1
