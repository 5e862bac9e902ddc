#!/usr/bin/env bash
# SPDX-License-Identifier: BSL-1.0
#
# setup.sh: installs what building and testing weft needs and this machine lacks.
#
# Does nothing, not even an apt update, when all is there. Removes no package, starts no service.

set -euo pipefail

readonly oldest_boost=1.81

# Commands are looked for as commands: a compiler or CMake from elsewhere is as good as Debian's.
readonly commands=(
    c++:g++
    cmake:cmake
    ninja:ninja-build
    pkg-config:pkg-config
    python3:python3
    openssl:openssl
    nginx:nginx-light
    dnsmasq:dnsmasq-base
    redis-server:redis-server
    mariadbd:mariadb-server-core
)

readonly packages=(
    libc-ares-dev
    libssl-dev
    zlib1g-dev
    libbrotli-dev
    libgtest-dev
    libgmock-dev
    libbenchmark-dev
    libcli11-dev
    nlohmann-json3-dev
    libdw-dev
    libzstd-dev
    libncurses-dev
    libprotozero-dev
    postgresql
    libpq-dev
    libhiredis-dev
    libcurl4-openssl-dev
    libmariadb-dev
)

# Where apt does not offer these, what needs them is skipped.
readonly wished=(
    chromium
    clang-format-14
    gdb
    zsh
)

readonly policy=/usr/sbin/policy-rc.d

say() {
    echo "setup: $*" >&2
}

missing_commands() {
    local each
    for each in "${commands[@]}"; do
        command -v "${each%%:*}" >/dev/null || echo "${each#*:}"
    done
}

# Debian's packages among the arguments that are not installed.
missing_packages() {
    local each
    for each in "$@"; do
        dpkg-query -W -f='${db:Status-Status}' "$each" 2>/dev/null | grep -qx installed ||
            echo "$each"
    done
}

# Those of the packages on stdin that apt knows.
offered() {
    local each
    while read -r each; do
        if apt-cache show "$each" >/dev/null 2>&1; then
            echo "$each"
        fi
    done
}

# The newest version among the package names on stdin that is new enough, if there is one.
newest_boost() {
    local version newest=
    while read -r version; do
        if dpkg --compare-versions "$version" ge "${newest:-$oldest_boost}"; then
            newest=$version
        fi
    done < <(sed -n 's/^libboost\([0-9.]\+\)-dev .*/\1/p')
    echo "$newest"
}

# Two versions cannot be installed side by side, so one that is new enough stays.
boost_version() {
    local version
    version=$(dpkg-query -W -f='${Package} ${db:Status-Status}\n' 'libboost*-dev' 2>/dev/null |
        sed -n '/ installed$/p' | newest_boost)
    if [ -z "$version" ]; then
        version=$(apt-cache search --names-only '^libboost[0-9.]+-dev$' | newest_boost)
    fi
    echo "${version:-$oldest_boost}"
}

boost_packages() {
    local version
    version=$(boost_version)
    printf "libboost%s-dev\n" "$version" "-context$version" "-fiber$version" "-url$version"
}

as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo "$@"
    else
        say "needs root to run: $*"
        exit 1
    fi
}

apt_get() {
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300 "$@"
}

# Debian starts a service when it installs it, unless this file says no.
forbid_services() {
    if [ -e "$policy" ]; then
        return
    fi
    trap 'as_root rm -f "$policy"' EXIT
    printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" >/dev/null
    as_root chmod 755 "$policy"
}

# The tests start servers of their own, never as services.
disable_services() {
    local each
    if [ ! -d /run/systemd/system ]; then
        return
    fi
    for each in nginx-light:nginx postgresql:postgresql redis-server:redis-server; do
        if [[ " $* " == *" ${each%%:*} "* ]]; then
            as_root systemctl --quiet disable "${each#*:}"
        fi
    done
}

install_packages() {
    say "installing $*"
    forbid_services
    apt_get install --yes --no-install-recommends --no-remove "$@" >&2
    disable_services "$@"
}

# Fills `missing`.
find_missing() {
    local needed
    mapfile -t needed < <(printf '%s\n' "${packages[@]}"; boost_packages)
    mapfile -t missing < <(
        missing_commands
        missing_packages "${needed[@]}"
        missing_packages "${wished[@]}" | offered
    )
}

setup_with_apt() {
    local missing
    find_missing
    if [ "${#missing[@]}" = 0 ]; then
        return
    fi
    apt_get update >&2
    find_missing  # only now is it known which Boost apt offers
    install_packages "${missing[@]}"
}

setup_without_apt() {
    local missing
    mapfile -t missing < <(missing_commands)
    if [ "${#missing[@]}" != 0 ]; then
        say "this system has no apt, so weft cannot install what is missing."
        say "Please install what Debian calls: ${missing[*]}"
        exit 1
    fi
    say "this system has no apt; the configure step will name libraries that are missing"
}

PATH=$PATH:/usr/sbin:/sbin  # where Debian keeps nginx and dnsmasq
if command -v apt-get >/dev/null; then
    setup_with_apt
else
    setup_without_apt
fi
