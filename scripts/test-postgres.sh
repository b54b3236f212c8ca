#!/usr/bin/env bash
# A throw-away PostgreSQL server for the tests, from Debian's packages, run by an unprivileged user.
#
#   test-postgres.sh start FOLDER   starts it, keeps its state below FOLDER, prints its URL and nothing else
#   test-postgres.sh stop FOLDER    stops it and removes FOLDER
#
# Both may be repeated: a second start prints the URL of the running server, a second stop does nothing.
set -euo pipefail

usage() {
    echo "usage: $0 start|stop FOLDER" >&2
    exit 2
}
[ $# -eq 2 ] || usage
[ -n "$2" ] || usage
verb=$1
state=$2

complain() {
    echo "test-postgres: $1" >&2
    exit 1
}

# PostgreSQL refuses to run as root.
as_server_user() {
    if [ "$(id -u)" -eq 0 ]; then
        (cd / && runuser -u nobody -- "$@")
    else
        "$@"
    fi
}

find_binaries() {
    local folder newest=""
    for folder in $(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V); do
        if [ -x "$folder/initdb" ]; then newest=$folder; fi
    done
    if [ -z "$newest" ] && command -v initdb >/dev/null; then newest=$(dirname "$(command -v initdb)"); fi
    [ -n "$newest" ] || complain "PostgreSQL is not installed (Debian package: postgresql)"
    echo "$newest"
}

free_port() {
    python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

# Where the server keeps its files: below the system's temporary folder, because its user may not reach FOLDER.
recorded() {
    cat "$state/$1" 2>/dev/null || true
}

is_running() {
    local server
    server=$(recorded server)
    [ -n "$server" ] && as_server_user "$binaries/pg_ctl" -D "$server/data" status >/dev/null 2>&1
}

remove_server() {
    local server
    server=$(recorded server)
    if [ -n "$server" ] && [ -d "$server" ]; then
        if is_running; then as_server_user "$binaries/pg_ctl" -D "$server/data" -m immediate -w stop >/dev/null; fi
        rm -rf "$server"
    fi
    rm -f "$state/server" "$state/url"
}

start() {
    if is_running; then
        cat "$state/url"
        return
    fi
    remove_server
    mkdir -p "$state"
    local server port attempt
    local base=${TMPDIR:-/tmp}
    as_server_user test -x "$base" || base=/tmp
    server=$(mktemp -d "$base/quarry-postgres-XXXXXX")
    echo "$server" >"$state/server"
    if [ "$(id -u)" -eq 0 ]; then chown nobody "$server"; fi

    # A language's collation, where the server has one: a text column that forgot COLLATE "C" then sorts wrongly, and a test sees it.
    local locale=(--encoding=UTF8 --locale=C)
    if as_server_user "$binaries/initdb" --help | grep -q -e --icu-locale; then
        locale=(--encoding=UTF8 --locale=C.UTF-8 --locale-provider=icu --icu-locale=en-US)
    fi
    as_server_user "$binaries/initdb" -D "$server/data" -U quarry --auth=trust --no-sync "${locale[@]}" >"$state/initdb.log" 2>&1 || {
        remove_server
        complain "initdb failed: $(tail -n 3 "$state/initdb.log")"
    }

    # Somebody else may take the port between asking for it and using it.
    for attempt in 1 2 3 4 5; do
        port=$(free_port)
        if as_server_user "$binaries/pg_ctl" -D "$server/data" -l "$server/log" -w -t 60 \
            -o "-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c max_connections=800 \
                -c fsync=off -c synchronous_commit=off -c full_page_writes=off -c shared_buffers=64MB" \
            start >/dev/null 2>&1 </dev/null; then
            echo "postgres://quarry@127.0.0.1:$port/postgres" >"$state/url"
            cat "$state/url"
            return
        fi
    done
    local why
    why=$(tail -n 3 "$server/log" 2>/dev/null || true)
    remove_server
    complain "the server did not start: $why"
}

case $verb in
start)
    binaries=$(find_binaries)
    start
    ;;
stop)
    [ -d "$state" ] || exit 0
    binaries=$(find_binaries)
    remove_server
    rm -f "$state/initdb.log"
    rmdir "$state" 2>/dev/null || true
    ;;
*) usage ;;
esac
