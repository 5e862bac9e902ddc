# SPDX-License-Identifier: BSL-1.0
#
# Completion of weft-trace in bash: commands, their options, and what can be looked at. All of it
# is asked of weft-trace itself.

# The words of the first column below a heading of a help text.
_weft_trace_column() {
    sed -n "/^$1:/,/^\$/ s/^  \\([a-z-][^ ]*\\).*/\\1/p"
}

_weft_trace() {
    local tool=${COMP_WORDS[0]} command=${COMP_WORDS[1]} current=${COMP_WORDS[COMP_CWORD]}
    local words=
    if [ "$COMP_CWORD" = 1 ]; then
        words=$("$tool" --help 2>/dev/null | _weft_trace_column Subcommands)
    elif [[ $current == -* ]]; then
        words=$("$tool" "$command" --help 2>/dev/null | _weft_trace_column Options | tr , '\n')
    elif [ "$COMP_CWORD" = 2 ] && [[ $current != */* ]]; then
        # Below the heading: PID and PROGRAM.
        words=$("$tool" ps 2>/dev/null | awk 'NR > 1 { print $1; print $2 }')
    fi
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
    if [ "$COMP_CWORD" -gt 1 ] && [[ $current != -* ]]; then
        mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -f -- "$current")
    fi
}

complete -o filenames -F _weft_trace weft-trace
