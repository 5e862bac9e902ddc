#!/usr/bin/env bash
# SPDX-License-Identifier: BSL-1.0
#
# buggy_test.sh BUGGY WEFT_TRACE: every bug of examples/buggy.cpp is found by the command that
# tools/trace/README.md names, and no command finds the bug of another.

set -euo pipefail

readonly buggy=$1 tool=$2
work=$(mktemp -d)
program=
declare -A running=()
trap 'kill -KILL $program "${running[@]}" 2> /dev/null || true; rm -rf "$work"' EXIT

fail() {
    echo "FAILED: $*" >&2
    exit 1
}

# Starts buggy, or a copy of it, with a bug, and returns once it runs.
start() {
    local line file=${2:-$buggy}
    [ "$file" = "$buggy" ] || cp "$buggy" "$file"
    mkfifo "$work/output"
    "$file" "$1" > "$work/output" 2> /dev/null &
    program=$!
    read -r line < "$work/output"
    rm "$work/output"
    [ "$line" = "buggy $1 runs" ] || fail "it said: $line"
}

stop() {
    kill -KILL "$program"
    wait "$program" 2> /dev/null || true
    program=
}

record() {
    "$tool" record "$2" -o "$work/$1.ftr" --events sched+sync+user --stacks --for 1 \
        2> "$work/$1.errors" || fail "record: $(cat "$work/$1.errors")"
    "$tool" report "$work/$1.ftr" > "$work/$1.txt" || true
}

# Records all programs that run, at the same time: most of it is waiting.
record_all() {
    local name each recorders=()
    for name in "${!running[@]}"; do
        record "$name" "${running[$name]}" &
        recorders+=($!)
    done
    for each in "${recorders[@]}"; do
        wait "$each" || fail "a recording"
    done
}

finds() {
    grep -q -- "$2" "$work/$1.txt" || fail "no '$2' in the report on $1: $(cat "$work/$1.txt")"
}

finds_not() {
    ! grep -q -- "$2" "$work/$1.txt" || fail "'$2' in the report on $1: $(cat "$work/$1.txt")"
}

for bug in stall leak slow_lock lost; do
    start $bug
    running[$bug]=$program
done
start leak "$work/moved"
running[moved]=$program
record_all
for bug in "${!running[@]}"; do
    program=${running[$bug]}
    "$tool" deadlock "$program" > /dev/null || fail "a deadlock in $bug"
    stop
done
running=()
finds stall 'stall: .*report kept the loop'
finds_not leak 'stall: .*report'
finds leak 'leak: .*buggy.cpp'
finds_not slow_lock 'leak: '
finds slow_lock 'contention: fibers waited .* for locks (mutex)'
finds_not stall 'contention: '
finds slow_lock 'long_hold: .*refresh waited for .* (sleep) with lock "cache"'
finds_not leak 'long_hold: '
"$tool" why "$work/slow_lock.ftr" 'GET /users' | grep -q 'held by #.* refresh' ||
    fail "why does not name the fiber that holds the lock"

# The functions of a recording, also of one that is looked at without its program.
"$tool" flame "$work/slow_lock.ftr" > "$work/flame.txt"
grep -q 'slow_lock.*lambda.*;.*\[mutex\]' "$work/flame.txt" || fail "$(cat "$work/flame.txt")"
"$tool" flame "$work/moved.ftr" > "$work/flame.txt"
grep -q 'leak.*lambda.*\[sleep\]' "$work/flame.txt" || fail "$(cat "$work/flame.txt")"
rm "$work/moved"
"$tool" flame "$work/moved.ftr" > "$work/flame.txt" 2> "$work/errors"
grep -q 'moved+0x.*\[sleep\]' "$work/flame.txt" || fail "$(cat "$work/flame.txt")"
grep -q 'moved: cannot be read' "$work/errors" || fail "$(cat "$work/errors")"

finds lost 'lost: .*backup failed and nobody asked for its result: disk full'
finds lost 'lost: .*cleanup was thrown away before it began'
finds_not leak 'lost: '
! "$tool" lost "$work/lost.ftr" > "$work/lost-list.txt" || fail "lost does not exit with 1"
grep -q 'backup: failed: disk full' "$work/lost-list.txt" || fail "$(cat "$work/lost-list.txt")"
"$tool" lost "$work/leak.ftr" > /dev/null || fail "lost results in leak"

# The watch over stalls, read from the process itself and from a recording.
export WEFT_TRACE=stall
start stall
# It has no name before the loop has answered.
for ((i = 0; i < 1000; ++i)); do
    if ! "$tool" stalls "$program" > "$work/stalls.txt" && grep -q '"report"' "$work/stalls.txt"; then
        break
    fi
done
grep -q '"report" .*kept the loop for' "$work/stalls.txt" || fail "$(cat "$work/stalls.txt")"
record watched "$program"
"$tool" stalls "$work/watched.ftr" > "$work/stalls.txt" && fail "no stall in the recording"
grep -q '"report" kept the loop for .* on the processor' "$work/stalls.txt" ||
    fail "$(cat "$work/stalls.txt")"
stop
unset WEFT_TRACE

start deadlock
# Both fibers hold their first lock for 10 ms before they want the second one.
for ((i = 0; i < 1000; ++i)); do
    if ! "$tool" deadlock "$program" > "$work/deadlock.txt"; then
        break
    fi
done
grep -q 'DEADLOCK of 2 fibers' "$work/deadlock.txt" || fail "$(cat "$work/deadlock.txt")"
grep -q '"transfer" waits for mutex "journal", which .* "audit" holds' "$work/deadlock.txt" ||
    fail "$(cat "$work/deadlock.txt")"

# The same of a recording: as it was at its end.
record ring "$program"
stop
"$tool" deadlock "$work/ring.ftr" > "$work/deadlock.txt" 2> /dev/null && fail "no deadlock in a recording"
grep -q '"transfer" waits for mutex "journal", which .* "audit" holds' "$work/deadlock.txt" ||
    fail "$(cat "$work/deadlock.txt")"
"$tool" stack "$work/ring.ftr" > "$work/stacks.txt" 2> "$work/errors"
grep -q 'deadlock.*lambda.*buggy.cpp' "$work/stacks.txt" || fail "$(cat "$work/stacks.txt")"
"$tool" ps "$work/ring.ftr" 2> /dev/null | grep -q 'audit .*parked .*mutex "accounts" of' ||
    fail "ps of a recording"
"$tool" deadlock "$work/slow_lock.ftr" > /dev/null 2>&1 || fail "a deadlock in the recording of slow_lock"
echo "all five were found"
