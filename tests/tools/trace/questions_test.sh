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

# Starts the program with a fault, under a name, in a subshell that ends it.
launch() {
    local name=$1 fault=$2 line
    mkfifo "$work/$name.output"
    "$questions" "$fault" > "$work/$name.output" 2> "$work/$name.said" &
    program=$!
    trap 'kill -KILL "$program"' EXIT
    read -r line < "$work/$name.output"
    [ "$line" = ready ] || fail "$fault said: $line"
}

# Records a second of the program with this fault, with these options, under a name. In a process
# of its own: they mostly wait, so several are recorded at once. On a busy machine a program with
# requests may end none in a second: then another one.
record() (
    name=$1 fault=$2
    launch "$1" "$2"
    shift 2
    for ((i = 0; i < 10; ++i)); do
        "$tool" record "$program" -o "$work/$name.ftr" --for 1 "$@" 2> "$work/$name.errors" ||
            fail "record: $(cat "$work/$name.errors")"
        [[ $without_requests != *" $fault "* && $* != *--cpu* ]] || break
        ! "$tool" why "$work/$name.ftr" request > /dev/null 2>&1 || break
    done
)

# The stalls of the program with this fault, until there are such; or after so many looks.
look_for_stalls() (
    export WEFT_TRACE=stall
    launch "stalls_of_$1" "$1"
    for ((i = 0; i < $3; ++i)); do
        "$tool" stalls "$program" > "$work/$1.stalls" || true
        ! grep -q "$2" "$work/$1.stalls" || break
    done
)

readonly everything=(--events all --stacks)
readonly without_requests=" herd single deaf stubborn obedient compute "
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
for fault in dns pool io behind quick slow; do
    begin $fault $fault "${everything[@]}"
done
for fault in herd single; do
    begin $fault $fault
done
for fault in orders ordered leaver; do
    begin $fault $fault --events sched+sync --stacks
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

# Which fiber blocks the loop, and how?
look_for_stalls block '"blocker" .*it blocked the thread' 1000
grep -q '"blocker" .*it blocked the thread' "$work/block.stalls" || fail "$(cat "$work/block.stalls")"
grep -q 'questions::block_for' "$work/block.stalls" || fail "$(cat "$work/block.stalls")"
look_for_stalls quick 'it blocked the thread' 20
! grep -q 'it blocked the thread' "$work/quick.stalls" || fail "$(cat "$work/quick.stalls")"

# Who ran while I was ready? Of the request's ready time, most is behind the computer.
"$tool" why "$work/behind.ftr" request --json > "$work/json"
python3 - "$work/json" << 'END' || fail "behind: $(cat "$work/json")"
import json, sys
told = json.load(open(sys.argv[1]))
behind = {each['name']: each['nanoseconds'] for each in told['behind']}
ready = told['times']['ready']
sys.exit(not (ready > 1_000_000 and behind['computer'] > ready // 2))
END
"$tool" why "$work/quick.ftr" request > "$work/why"
! grep -q 'behind .* computer' "$work/why" || fail "$(cat "$work/why")"

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
at_least "$(of_request io io)" 10000000 'io of io'
at_least "$(of_request pool poolQueue)" 5000000 'line of pool'
at_least "$(of_request pool poolRun)" 10000000 'worker of pool'
for kind in io dns tls poolQueue poolRun lock; do
    at_most "$(of_request quick $kind)" 0 "$kind of quick"
done
"$tool" why "$work/dns.ftr" request > "$work/why"
grep -q 'event in questions::look_up  questions.cpp:' "$work/why" || fail "$(cat "$work/why")"

# Are timers late?
"$tool" report "$work/quick.ftr" --json > "$work/json" || true
timers=$(python3 -c "import json, sys; print(json.load(open(sys.argv[1]))['timers']['expired'])" \
    "$work/json")
at_least "$timers" 10 'timers of quick'
late_of() {
    "$tool" report "$work/$1.ftr" --json > "$work/json" || true
    python3 -c "import json, sys; print(json.load(open(sys.argv[1]))['timers']['lateP50'])" "$work/json"
}
at_least "$(late_of behind)" $((2 * $(late_of quick))) 'median lateness of timers behind a computer'

# Which wakes led to nothing?
for fault in herd single; do
    "$tool" report "$work/$fault.ftr" > "$work/$fault.txt" || true
done
grep -q 'futile_wakes: [0-9]* of [0-9]* wakes' "$work/herd.txt" || fail "$(cat "$work/herd.txt")"
! grep -q 'futile_wakes\|led to nothing' "$work/single.txt" || fail "$(cat "$work/single.txt")"

# Do fibers take locks in both orders, or keep them when they end?
for fault in orders ordered leaver; do
    "$tool" report "$work/$fault.ftr" > "$work/$fault.txt" || true
done
grep -q 'lock_order: .* waited for lock "\(one\|other\)" while it held lock' "$work/orders.txt" ||
    fail "$(cat "$work/orders.txt")"
[ "$(grep -c ' questions::lock_both ' "$work/orders.txt")" = 2 ] || fail "$(cat "$work/orders.txt")"
! grep -q 'lock_order\|both orders\|held_at_exit' "$work/ordered.txt" || fail "$(cat "$work/ordered.txt")"
grep -q 'held_at_exit: .* leaver has ended and still holds lock' "$work/leaver.txt" ||
    fail "$(cat "$work/leaver.txt")"

(
    launch leaver_alone leaver
    for ((i = 0; i < 1000; ++i)); do
        "$tool" deadlock "$program" > "$work/left" || break
    done
    grep -q 'LEFT LOCKED: .* "leaver" holds although it has ended' "$work/left" || fail "$(cat "$work/left")"
)

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
spans=$("$tool" diff "$work/quick.ftr" "$work/slow.ftr" --json | python3 -c "
import json, sys
spans = {each['name']: each for each in json.load(sys.stdin)['spans']}
print(100 * spans['request p50']['after'] // spans['request p50']['before'])")
at_least "$spans" 300 'requests of slow beside quick, percent'
"$tool" diff "$work/quick.ftr" "$work/dns.ftr" > "$work/diff" || true
grep -q 's  .*questions::look_up;.*\[event\]' "$work/diff" || fail "$(cat "$work/diff")"
cp "$work/quick.ftr" "$work/same.ftr"
"$tool" diff "$work/quick.ftr" "$work/same.ftr" > "$work/diff" || fail "diff of the same"
! grep -q 'New places' "$work/diff" || fail "$(cat "$work/diff")"
[ "$(change_of quick same)" = 100 ] || fail "a difference between a recording and itself"
"$tool" diff "$work/obedient.ftr" "$work/stubborn.ftr" > "$work/diff" && fail "diff: exit code 0"
grep -q 'cancellation: ' "$work/diff" || fail "$(cat "$work/diff")"
"$tool" diff "$work/stubborn.ftr" "$work/stubborn.ftr" > "$work/diff" || fail "diff: exit code 1"
echo "all were answered"
