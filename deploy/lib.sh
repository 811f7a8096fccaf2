# Shared by the scripts of deploy/ and tests/: messages, options, waiting, ports, servers.
# Sourced, never run.
# shellcheck shell=bash

# shellcheck disable=SC2034 # read by the scripts that source this file
{
    root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
    cache_home=${XDG_CACHE_HOME:-$HOME/.cache}/deskpulse
    data_home=${XDG_DATA_HOME:-$HOME/.local/share}/deskpulse
}

# Where nobody reads it any more, that ends nothing.
say() { printf '==> %s\n' "$*" >&2 || true; }
die() { printf '%s: %s\n' "${0##*/}" "$*" >&2; exit 1; }
wrong_use() { printf '%s: %s (see --help)\n' "${0##*/}" "$*" >&2; exit 2; }

# Prints the comment at the head of the running script: its help text.
usage() { sed -n '2,/^$/{/^$/d;s/^# \{0,1\}//p}' "$0"; }

# options "NAMES WITH A VALUE" "FLAGS" "$@": sets one variable for each option given (a flag to 1),
# and `rest` to what follows the options.
options() {
    local valued=" $1 " flags=" $2 " name
    shift 2
    while [[ ${1-} == -* ]]; do
        name=${1#-}
        name=${name#-}
        if [[ $1 == --help || $1 == -h ]]; then
            usage
            exit 0
        elif [[ $1 == -- ]]; then
            shift
            break
        elif [[ $valued == *" $name "* ]]; then
            [[ -n ${2-} ]] || wrong_use "$1 needs a value"
            printf -v "$name" %s "$2"
            shift 2
        elif [[ $flags == *" $name "* ]]; then
            printf -v "$name" 1
            shift
        else
            wrong_use "unknown option $1"
        fi
    done
    # shellcheck disable=SC2034
    rest=("$@")
}

# whole_number OPTION VALUE: ends the script where the value is none.
whole_number() { [[ $2 =~ ^(0|[1-9][0-9]{0,8})$ ]] || wrong_use "$1 wants a whole number, not '$2'"; }

# quietly COMMAND...: shows the end of what it prints, only where it fails.
quietly() {
    local output
    output=$("$@" 2>&1) || { tail -n 20 <<<"$output" >&2; return 1; }
}

# wait_for SECONDS COMMAND...: runs the command until it succeeds; fails when the time is up.
wait_for() {
    local end=$((SECONDS + $1))
    shift
    until "$@"; do
        ((SECONDS < end)) || return 1
        sleep 0.1
    done
}

port_open() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# Prints a port where nothing listens, below the range the kernel hands out by itself.
free_port() {
    local port
    for _ in {1..100}; do
        port=$((20000 + RANDOM % 12000))
        port_open "$port" || { echo "$port"; return; }
    done
    die "found no free port between 20000 and 32000"
}

# start_on_port PORT COMMAND: runs the command with `port` set, and sets it. 0 is a free one; as
# another process may take that meanwhile, the command is then tried three times.
start_on_port() {
    local tries=1
    port=$1
    ((port)) || tries=3
    [[ $tries == 3 ]] || ! port_open "$port" ||
        die "something else listens on port $port: choose another with --port"
    while ((tries--)); do
        (($1)) || port=$(free_port)
        if ("$2"); then return; fi
    done
    exit 1
}

# Makes a directory and prints its real path.
make_dir() { mkdir -p "$1" && (cd "$1" && pwd -P); }

# A server of ours runs in a directory of its own, which holds its `pid` and `log`: so its working
# directory tells it from a process that only happens to have the same id.
server_pid() {
    local pid
    pid=$(cat "$1/pid" 2>/dev/null) && [[ $(readlink "/proc/$pid/cwd") == "$1" ]] && echo "$pid"
}
server_gone() { ! server_pid "$1" >/dev/null; }

# start_server DIR COMMAND...: in the background, out of reach of the terminal's Ctrl-C.
start_server() {
    local dir=$1
    shift
    (
        cd "$dir" || exit
        : >log
        setsid "$@" >>log 2>&1 </dev/null &
        echo $! >pid
    )
}

# server_ready DIR COMMAND...: the command succeeds, or the server is gone and there is nothing left
# to wait for.
server_ready() {
    local dir=$1
    shift
    "$@" || server_gone "$dir"
}

# server_failed NAME DIR WHAT: shows the end of its log and gives up.
server_failed() {
    tail -n 15 "$2/log" >&2
    die "$1 $3: the lines above end its log, $2/log"
}

# await_server NAME DIR SECONDS COMMAND...: until the command succeeds; stops the server if it never
# does.
await_server() {
    local name=$1 dir=$2 seconds=$3
    shift 3
    wait_for "$seconds" server_ready "$dir" "$@" || true
    ! server_gone "$dir" || server_failed "$name" "$dir" "ended at once"
    if ! "$@"; then
        stop_server "$name" "$dir"
        server_failed "$name" "$dir" "was not ready within $seconds s"
    fi
}

# stop_server NAME DIR: asks it to end, and ends it after 20 s.
stop_server() {
    local pid
    if pid=$(server_pid "$2"); then
        kill "$pid"
        wait_for 20 server_gone "$2" || kill -KILL "$pid"
        say "$1 stopped"
    else
        say "$1 does not run in $2"
    fi
    rm -f "$2/pid"
}

# take_down NAME DIR PURGE: stops the server in DIR, and removes DIR if PURGE is not empty.
take_down() {
    local dir
    [[ -d $2 ]] || { say "$1 does not run in $2"; return; }
    dir=$(make_dir "$2")
    stop_server "$1" "$dir"
    [[ -z $3 ]] || rm -rf "$dir"
}

# Before taking down: neither a signal nor a terminal or pipe that is gone ends that half way.
undisturbed() {
    set +e
    trap '' HUP INT TERM PIPE
}

# Draws a table over the one before it on a terminal, and below it elsewhere.
redraw() {
    [[ ! -t 1 ]] || printf '\e[H\e[J'
    printf '%s\n' "$1"
}

# The major version of the Java on the path; 0 where there is none.
java_version() {
    local version
    version=$(java -version 2>&1 | sed -n 's/.* version "\([0-9]*\).*/\1/p') || true
    echo "${version:-0}"
}
