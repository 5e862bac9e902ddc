#!/usr/bin/env bash
# SPDX-License-Identifier: BSL-1.0
#
# questions_test.sh QUESTIONS WEFT_TRACE: the questions about time and cancellation. Each is asked
# of a program with the fault, and of one without it.

set -euo pipefail

readonly questions=$1 tool=$2
work=$(mktemp -d)
trap 'wait; rm -rf "$work"' EXIT

fail() {
    echo "FAILED: $*" >&2
    exit 1
}

# Records a second of the program with this fault, with these options, under a name. In a process
# of its own: they mostly wait, so several are recorded at once.
record() (
    name=$1 fault=$2
    shift 2
    mkfifo "$work/$name.output"
    "$questions" "$fault" > "$work/$name.output" 2> "$work/$name.said" &
    program=$!
    trap 'kill -KILL "$program"' EXIT
    read -r line < "$work/$name.output"
    [ "$line" = ready ] || fail "$fault said: $line"
    "$tool" record "$program" -o "$work/$name.ftr" --for 1 "$@" 2> "$work/$name.errors" ||
        fail "record: $(cat "$work/$name.errors")"
)

readonly everything=(--events all --stacks)
recorders=()
begin() {
    record "$@" &
    recorders+=($!)
}
finish() {
    for each in "${recorders[@]}"; do
        wait "$each" || fail "a recording"
    done
    recorders=()
}

begin dns_by_events dns --events sched+user+dns
begin tls_by_events tls --events sched+user+tls
begin dns_by_stacks dns --events sched+user --stacks
begin tls_by_stacks tls --events sched+user --stacks
for fault in dns pool quick slow; do
    begin $fault $fault "${everything[@]}"
done
for fault in herd single; do
    begin $fault $fault
done
for fault in deaf stubborn obedient; do
    begin $fault $fault --events sched+cancel
done
finish
begin computing compute --cpu 250
begin sleeping quick --cpu 250
finish

# Nanoseconds of this kind in what `why` says of a request.
of_request() {
    "$tool" why "$work/$1.ftr" request --json |
        python3 -c "import json, sys; print(json.load(sys.stdin)['times']['$2'])"
}

at_least() {
    [ "$1" -ge "$2" ] || fail "$3: $1, not $2 or more"
}

at_most() {
    [ "$1" -le "$2" ] || fail "$3: $1, not $2 or less"
}

# Why is this request slow: DNS, TLS, the line for a worker, or none of them? By events alone, then
# by stacks alone, as in recordings of older programs.
at_least "$(of_request dns_by_events dns)" 50000000 'dns of dns, by events'
"$tool" why "$work/dns_by_events.ftr" request > "$work/why"
grep -q 'event  (nobody.example)' "$work/why" || fail "$(cat "$work/why")"
"$tool" report "$work/dns_by_events.ftr" > "$work/dns.txt" || true
grep -Eq 'dns +nobody.example +[0-9]+ +[0-9]+' "$work/dns.txt" || fail "$(cat "$work/dns.txt")"
at_least "$(of_request tls_by_events tls)" 25000000 'tls of tls, by events'
at_most "$(of_request tls_by_events dns)" 0 'dns of tls'
at_least "$(of_request dns_by_stacks dns)" 50000000 'dns of dns, by stacks'
at_least "$(of_request tls_by_stacks tls)" 25000000 'tls of tls, by stacks'
at_least "$(of_request dns dns)" 50000000 'dns of dns'
at_least "$(of_request pool poolQueue)" 5000000 'line of pool'
at_least "$(of_request pool poolRun)" 10000000 'worker of pool'
for kind in dns tls poolQueue poolRun lock; do
    at_most "$(of_request quick $kind)" 0 "$kind of quick"
done
"$tool" why "$work/dns.ftr" request > "$work/why"
grep -q 'event in questions::look_up  questions.cpp:' "$work/why" || fail "$(cat "$work/why")"

# Are timers late?
"$tool" report "$work/quick.ftr" --json > "$work/json" || true
timers=$(python3 -c "import json, sys; print(json.load(open(sys.argv[1]))['timers']['expired'])" \
    "$work/json")
at_least "$timers" 10 'timers of quick'

# Which wakes led to nothing?
for fault in herd single; do
    "$tool" report "$work/$fault.ftr" > "$work/$fault.txt" || true
done
grep -q 'futile_wakes: [0-9]* of [0-9]* wakes' "$work/herd.txt" || fail "$(cat "$work/herd.txt")"
! grep -q 'futile_wakes\|led to nothing' "$work/single.txt" || fail "$(cat "$work/single.txt")"

# Where is time waited?
"$tool" flame "$work/dns.ftr" --kind=wait > "$work/flame"
grep -q 'questions::look_up;.*\[event\]' "$work/flame" || fail "$(cat "$work/flame")"
"$tool" flame "$work/quick.ftr" --kind=wait > "$work/flame"
! grep -q 'look_up' "$work/flame" || fail "$(cat "$work/flame")"

# Where does the processor's time go?
"$tool" flame "$work/computing.ftr" --kind=cpu > "$work/flame"
time_of() {
    awk -v name="questions::$1" '$1 ~ name "$" { sum += $2 } END { print sum + 0 }' "$work/flame"
}
hash=$(time_of hash) parse=$(time_of parse)
at_least "$hash" 1 "time of hash: $(cat "$work/flame")"
at_least $((hash * 10)) $((parse * 15)) "hash runs three times as long as parse, $parse"
"$tool" flame "$work/computing.ftr" --kind=cpu --by=fiber > "$work/flame"
grep -q '^computer;' "$work/flame" || fail "$(cat "$work/flame")"
"$tool" flame "$work/sleeping.ftr" --kind=cpu > "$work/flame"
! grep -q 'questions::hash' "$work/flame" || fail "$(cat "$work/flame")"

# Did the cancellation arrive?
for fault in deaf stubborn obedient; do
    "$tool" report "$work/$fault.ftr" > "$work/$fault.txt" || true
done
grep -q 'cancellation: .*cancelled one was cancelled by .*main and did not notice for' "$work/deaf.txt" ||
    fail "$(cat "$work/deaf.txt")"
grep -q 'cancellation: .* caught that [0-9]* times and went on' "$work/stubborn.txt" ||
    fail "$(cat "$work/stubborn.txt")"
! grep -q 'cancellation: ' "$work/obedient.txt" || fail "$(cat "$work/obedient.txt")"
grep -q 'Cancellations, the latest' "$work/obedient.txt" || fail "$(cat "$work/obedient.txt")"

# What changed between two builds?
change_of() {
    "$tool" diff "$work/$1.ftr" "$work/$2.ftr" --json | python3 -c "
import json, sys
waits = {each['name']: each for each in json.load(sys.stdin)['waits']}
sleep = waits['sleep p50']
print(100 * sleep['after'] // sleep['before'])"
}
at_least "$(change_of quick slow)" 300 'slow beside quick, percent'
cp "$work/quick.ftr" "$work/same.ftr"
[ "$(change_of quick same)" = 100 ] || fail "a difference between a recording and itself"
"$tool" diff "$work/obedient.ftr" "$work/stubborn.ftr" > "$work/diff" && fail "diff: exit code 0"
grep -q 'cancellation: ' "$work/diff" || fail "$(cat "$work/diff")"
"$tool" diff "$work/stubborn.ftr" "$work/stubborn.ftr" > "$work/diff" || fail "diff: exit code 1"
echo "all were answered"
