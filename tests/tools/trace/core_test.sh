#!/usr/bin/env bash
# SPDX-License-Identifier: BSL-1.0
#
# core_test.sh PLANTED WEFT_TRACE: what a program did when it died, from its core.

set -euo pipefail

readonly planted=$1 tool=$2
work=$(mktemp -d)
program=
trap '[ -z "$program" ] || kill -KILL "$program"; rm -rf "$work"' EXIT

fail() {
    echo "FAILED: $*" >&2
    exit 1
}

if grep -q '^[|/]' /proc/sys/kernel/core_pattern; then
    echo "skipped: cores are kept elsewhere here"
    exit 77
fi

# The program says that it is ready a few steps before its last fiber does what it stays at.
wait_until_it_stays() {
    case $1 in
        spinning) until "$tool" stack "$program" --running 2>&1 | grep -q spin_for_ever; do :; done ;;
        *) until grep -q '^State:.[SZ]' "/proc/$program/status"; do :; done ;;
    esac
}

# A core of the program with this plant, as $work/PLANT/core.
leave_core() {
    mkdir "$work/$1"
    mkfifo "$work/output"
    (
        cd "$work/$1"
        ulimit -c unlimited
        ASAN_OPTIONS=${ASAN_OPTIONS-}:disable_coredump=0 exec "$planted" "$1" > "$work/output"
    ) &
    program=$!
    read -r _ < "$work/output"
    rm "$work/output"
    wait_until_it_stays "$1"
    kill -ABRT "$program"
    wait "$program" 2> /dev/null || true
    program=
    mv "$work/$1"/core* "$work/$1/core" 2> /dev/null || true
    [ -s "$work/$1/core" ] || fail "$1 left no core"
}

ask() {
    local plant=$1 command=$2
    shift 2
    "$tool" "$command" --core "$work/$plant/core" --exe "$planted" "$@" 2>&1
}

leave_core parked
ask parked ps > "$work/said"
grep -q 'connection *parked *event' "$work/said" || fail "ps: $(cat "$work/said")"
grep -q 'planted.cpp:[0-9]' "$work/said" || fail "ps has no places: $(cat "$work/said")"
ask parked tree > "$work/said"
grep -q connection "$work/said" || fail "tree: $(cat "$work/said")"
ask parked deadlock > /dev/null || fail "a deadlock of fibers that only wait"
ask parked stack > "$work/said"
for function in wait_deep_inside serve_request serve_connection; do
    grep -q "planted::$function  planted.cpp:" "$work/said" || fail "stack: $(cat "$work/said")"
done
grep -q '3 of 3 stacks complete' "$work/said" || fail "stack: $(cat "$work/said")"

leave_core deadlock
ask deadlock locks > "$work/said"
grep -q accounts "$work/said" || fail "locks: $(cat "$work/said")"
ask deadlock deadlock > "$work/said" && fail "no deadlock: $(cat "$work/said")"
grep -q '"transfer" waits for mutex "journal", which .* "audit" holds' "$work/said" ||
    fail "deadlock: $(cat "$work/said")"

# The one on the processor.
leave_core spinning
ask spinning stack --running > "$work/said"
grep -q 'planted::spin_for_ever' "$work/said" || fail "stack: $(cat "$work/said")"

# What is no core, or not all of one.
for size in 0 63 64 200 4096 100000; do
    head -c "$size" "$work/parked/core" > "$work/cut"
    "$tool" ps --core "$work/cut" --exe "$planted" > "$work/said" 2>&1 && code=0 || code=$?
    [ "$code" = 3 ] || fail "exit code $code for a core of $size bytes: $(cat "$work/said")"
done
"$tool" ps --core "$planted" --exe "$planted" 2> "$work/said" && fail "a program is no core"
grep -q 'is no core of a program' "$work/said" || fail "$(cat "$work/said")"
"$tool" stack --core "$work/parked/core" 2> "$work/said" && fail "a core without its program"
grep -q -- '--core goes with --exe' "$work/said" || fail "$(cat "$work/said")"
"$tool" tree 2> "$work/said" && fail "tree of nothing"
echo "all as planted"
