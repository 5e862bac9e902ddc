#!/usr/bin/env bash
# SPDX-License-Identifier: BSL-1.0
#
# flight_test.sh BUGGY WEFT_TRACE SUBJECT: what happened before something else did, and questions to living
# programs that need a recording.

set -euo pipefail

readonly buggy=$1 tool=$2 subject=$3
all=$(mktemp -d)
trap 'rm -rf "$all"' EXIT
program= parent=

fail() {
    echo "FAILED: $*" >&2
    exit 1
}

# Starts buggy with a bug, and returns once it runs.
start() {
    local line
    mkfifo "$work/output"
    "$buggy" "$1" > "$work/output" 2> /dev/null &
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

# A flight over the program that ends with these words, and has seen what happened before. One that
# begins in the middle of what it waits for has not: then another one.
fly() {
    local i words=$1
    shift
    [[ " $* " == *' --for '* ]] || set -- "$@" --for 60  # not for ever, if nothing triggers it
    for ((i = 0; i < 10; ++i)); do
        "$tool" flight "$program" -o "$work/flight.ftr" "$@" 2> "$work/said" ||
            fail "flight: $(cat "$work/said")"
        grep -q -- "writing: $words" "$work/said" || fail "$words: $(cat "$work/said")"
        "$tool" events "$work/flight.ftr" > "$work/events"
        if [ -s "$work/events" ]; then
            return
        fi
    done
    fail "no events before: $words"
}

# Begins a flight, and returns once it looks on.
take_off() {
    local line
    rm -f "$work/flight.ftr"
    mkfifo "$work/flying"
    "$tool" flight "$program" -o "$work/flight.ftr" "$@" 2> "$work/flying" &
    flight=$!
    exec 3< "$work/flying"
    read -r line <&3
    [[ $line == *'in flight over'* ]] || fail "flight: $line"
}

# It ends, and says this.
land() {
    local line
    read -r line <&3
    [[ $line == *"$1"* ]] || fail "flight: $line, not $1"
    wait "$flight" || fail "flight: an error after $line"
    exec 3<&-
    rm "$work/flying"
}

# Starts the subject, which ends with this exit code when it is told to. Its parent never takes
# that: before Linux 6.15 nobody else could know it then.
start_subject() {
    local first second
    mkfifo "$work/output"
    bash -c '"$0" told "$1" & echo $!; exec tail -f /dev/null > /dev/null' "$subject" "$1" > "$work/output" &
    parent=$!
    exec 4< "$work/output"
    read -r first <&4
    read -r second <&4
    exec 4<&-
    rm "$work/output"
    [ "$first" = ready ] || [ "$second" = ready ] || fail "the subject said: $first $second"
    [ "$first" = ready ] && program=$second || program=$first
}

end_subject() {
    kill -KILL "$parent"
    wait "$parent" 2> /dev/null || true
    program= parent=
}

# By exit code, or signal, which the tool can read although the program is no child of its.
ends() {
    start_subject 3
    take_off --trigger 'exit!=0,snapshot'
    kill -TERM "$program"
    land 'writing: the program has ended with 3'
    [ -s "$work/flight.ftr" ] || fail "no file of a program that ended with 3"
    end_subject
    start_subject 0
    take_off --trigger 'exit!=0'
    kill -KILL "$program"
    land 'writing: the program was ended by signal 9'
    end_subject
    start_subject 0
    take_off --trigger 'exit!=0,snapshot'
    kill -TERM "$program"
    land 'nothing written: the program has ended with 0'
    [ ! -e "$work/flight.ftr" ] || fail "a file of a program that ended with 0"
    end_subject
    start_subject 0
    take_off
    kill -TERM "$program"
    land 'writing: the program has ended with 0'
    [ -s "$work/flight.ftr" ] || fail "no file without a condition"
    end_subject
}

# By the program itself, in a flight and in a recording; not if nobody wants to know.
asked_for() {
    start_subject 0
    take_off --trigger snapshot
    kill -USR2 "$program"
    land 'writing: the program asked for a snapshot: SIGUSR2 came'
    "$tool" events "$work/flight.ftr" --filter 'type=snapshot' > "$work/events"
    grep -q 'text=SIGUSR2 came' "$work/events" || fail "no event: $(cat "$work/events")"
    take_off --trigger exception
    kill -USR2 "$program"
    kill -TERM "$program"
    land 'writing: the program has ended with 0'
    end_subject
    start_subject 0
    mkfifo "$work/recording"
    "$tool" record "$program" -o "$work/until.ftr" --until snapshot 2> "$work/recording" &
    flight=$!
    exec 3< "$work/recording"
    read -r line <&3
    kill -USR2 "$program"
    read -r line <&3
    [[ $line == *'ending: the program asked for a snapshot: SIGUSR2 came'* ]] || fail "record: $line"
    wait "$flight" || fail "record until a snapshot"
    exec 3<&-
    kill -KILL "$program"
    end_subject
}

# By a signal to the tool.
signalled() {
    start_subject 0
    take_off --trigger signal
    kill -USR1 "$flight"
    land 'writing: SIGUSR1 came'
    for wrong in signal 'exit!=0'; do
        "$tool" record "$program" -o "$work/no.ftr" --until "$wrong" 2> "$work/said" &&
            fail "record until $wrong"
        grep -q "$wrong is not known" "$work/said" || fail "$(cat "$work/said")"
    done
    kill -KILL "$program"
    end_subject
}

events_of() {
    "$tool" snapshot "$program" -o "$work/now.ftr" 2> "$work/said" || fail "$(cat "$work/said")"
    "$tool" events "$work/now.ftr" | wc -l
}

stalls() {
    start stall
    fly 'fiber #.* keeps the loop for more than 50' --trigger 'stall>50ms'
    "$tool" report "$work/flight.ftr" > "$work/report" || true
    grep -q 'stall: #.* report kept the loop' "$work/report" || fail "$(cat "$work/report")"

    # A recording that ends there.
    "$tool" record "$program" -o "$work/until.ftr" --until 'stall>50ms' --for 60 2> "$work/said" ||
        fail "record: $(cat "$work/said")"
    grep -q 'ending: fiber #.* keeps the loop' "$work/said" || fail "$(cat "$work/said")"
    "$tool" report "$work/until.ftr" > "$work/report" || true
    stop
}

rotation() {
    start stall
    "$tool" record "$program" -o "$work/kept.ftr" --max-size 1KiB --rotate 2 --for 3 \
        2> "$work/said" || fail "record: $(cat "$work/said")"
    [ "$(ls "$work" | grep -c '^kept')" = 2 ] || fail "kept: $(ls "$work")"
    [ ! -e "$work/kept.ftr" ] || fail "the oldest file is still there"
    for file in "$work"/kept.*.ftr; do
        "$tool" events "$file" > "$work/events" || fail "$file"
    done
    stop
}

following() {
    start stall
    "$tool" record "$program" -o "$work/followed.ftr" --for 2 2> "$work/said" &
    recorder=$!
    until [ -s "$work/followed.ftr" ]; do kill -0 "$recorder" || fail "$(cat "$work/said")"; done
    "$tool" events "$work/followed.ftr" --follow > "$work/events" || fail "follow"
    wait "$recorder" || fail "record: $(cat "$work/said")"
    "$tool" events "$work/followed.ftr" > "$work/later"
    [ "$(wc -l < "$work/events")" = "$(wc -l < "$work/later")" ] || fail "not all was followed"
    "$tool" why "$program" ticker --for 0.5 > "$work/why" || fail "why of a process"
    grep -q '^ticker ' "$work/why" || fail "$(cat "$work/why")"
    for wrong in stall 'stall>0ms' other; do
        "$tool" record "$program" -o "$work/no.ftr" --until "$wrong" 2> "$work/said" && fail "$wrong"
        [ ! -e "$work/no.ftr" ] || fail "a file of a recording until $wrong"
    done
    stop
}

spans_and_time() {
    start slow_lock
    fly 'a span of fiber #.* took' --trigger 'span>20ms' --events sched+sync+user
    grep -q 'type=span_ended' "$work/events" || fail "the span is not in the file"
    fly 'the time is over' --trigger 'stall>1000s,span>1000s,exception,lost' --for 0.3
    "$tool" leaks "$program" --for 0.5 > "$work/leaks" || fail "a leak: $(cat "$work/leaks")"
    "$tool" lost "$program" --for 0.5 > "$work/lost" || fail "lost: $(cat "$work/lost")"
    stop
}

exceptions_and_lost() {
    start lost
    fly 'fiber #.* ended by an exception' --trigger exception
    fly 'what fiber #.* did was lost' --trigger lost
    "$tool" lost "$program" --for 0.5 > "$work/lost" && fail "nothing lost: $(cat "$work/lost")"
    grep -q 'backup: failed: disk full' "$work/lost" || fail "$(cat "$work/lost")"
    stop
}

leaks_and_end() {
    start leak
    "$tool" leaks "$program" --for 1 > "$work/leaks" && fail "no leak: $(cat "$work/leaks")"
    grep -q 'buggy.cpp:.* yes' "$work/leaks" || fail "$(cat "$work/leaks")"
    take_off
    stop
    land 'writing: the program '
    "$tool" report "$work/flight.ftr" > "$work/report" || true
    grep -q session "$work/report" || fail "$(cat "$work/report")"
}

# A program that records all the time goes on with it.
always_recording() {
    export WEFT_TRACE=events:sched
    start slow_lock
    unset WEFT_TRACE
    first=$(events_of)
    for ((i = 0; i < 1000; ++i)); do
        later=$(events_of)
        [ "$later" -le "$first" ] || break
    done
    [ "$later" -gt "$first" ] || fail "only $first events, then $later"
    stop
    start slow_lock
    [ "$(events_of)" = 0 ] || fail "events of a program that does not record"
    grep -q 'has recorded no events' "$work/said" || fail "$(cat "$work/said")"
    stop
}

refusals() {
    local wrong
    "$tool" flight $$ -o "$work/no.ftr" 2> "$work/said" && fail "flight over a shell"
    [ ! -e "$work/no.ftr" ] || fail "a file without flight"
    for wrong in stall 'stall>1' 'lost>1s' exit 'exit!=1' 'snapshot>1s' other; do
        ! "$tool" flight $$ -o "$work/no.ftr" --trigger "$wrong" 2> "$work/said" || fail "$wrong"
    done
}

# All at the same time, each in a process and a folder of its own: most of it is waiting.
pids=()
for part in ends asked_for signalled stalls rotation following spans_and_time exceptions_and_lost \
    leaks_and_end always_recording refusals; do
    (
        work=$all/$part
        mkdir "$work"
        trap '[ -z "$program" ] || kill -KILL $program $parent' EXIT
        $part
    ) &
    pids+=($!)
done
failed=0
for each in "${pids[@]}"; do
    wait "$each" || failed=1
done
[ $failed = 0 ] || exit 1
echo "all were written"
