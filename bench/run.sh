#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What Hilo costs: each measurement runs without and with it in turn, in a cgroup and a network namespace of its own, and
# prints a table in Markdown. PAIRS (6), SECONDS_EACH (3) and REQUESTS (30000) set how long it takes.
set -euo pipefail
cd "$(dirname "$0")/.."
hilo=$PWD/out/hilo
pairs=${PAIRS:-6}
seconds=${SECONDS_EACH:-3}
requests=${REQUESTS:-30000}
. bench/sandbox.sh
. bench/figures.sh

sandbox_create
trap sandbox_remove EXIT
bench/nginx.conf.sh "$work" services > "$work/nginx.conf"
dd if=/dev/zero bs=1k count=1 2>/dev/null | tr '\0' 'x' > "$work/small.txt"

# wrk against nginx on port $1; prints: requests/s, CPU us per request of both sides, p50 ms, p99 ms
load() {
    local before after
    before=$(cpu_us)
    inside load wrk -t1 -c16 -d"${seconds}s" --latency "http://127.0.0.1:$1/small.txt" > "$work/wrk"
    after=$(cpu_us)
    awk -v cpu=$((after - before)) '
        function ms(t) { return t ~ /us$/ ? t / 1000 : t ~ /ms$/ ? t + 0 : t * 1000 }
        /50%/ { p50 = ms($2) } /99%/ { p99 = ms($2) } / requests in / { count = $1 } /Requests\/sec/ { rate = $2 }
        END { print rate, cpu / count, p50, p99 }' "$work/wrk"
}

ping_row() {
    printf '| ping-pong, %s client | server + client, injected | +%s µs (minimum), +%s µs (median) of %s | | |\n' "$1" \
        "$(minus "$(minimum "$1.on" 1)" "$(minimum "$1.off" 1)")" "$(minus "$(median "$1.on" 1)" "$(median "$1.off" 1)")" \
        "$(median "$1.off" 1)"
}

load_row() { # NAME TEXT SPANS
    printf '| %s | %s | +%s µs of %s | %s | p50 %s → %s ms, p99 %s → %s ms |\n' "$2" "$3" \
        "$(minus "$(median "$1.on" 2)" "$(median "$1.off" 2)")" "$(median "$1.off" 2)" "$(ratio "$1" 1 4)" \
        "$(median "$1.off" 3)" "$(median "$1.on" 3)" "$(median "$1.off" 4)" "$(median "$1.on" 4)"
}

service_start traced nginx -c "$work/nginx.conf"
wait_for_port 8080
receiver_start
measure blocking pingpong blocking
measure nonblocking pingpong nonblocking
measure file load 8080
measure proxy load 8081
first_span=$(first_span_ms)

echo "| what | spans per request | added CPU per request | throughput with / without | latency |"
echo "|---|---|---|---|---|"
ping_row nonblocking
ping_row blocking
load_row file "nginx, 1 KB file, wrk with 16 connections" "1 server"
load_row proxy "nginx proxy → nginx, the same" "2 server, 1 client"
echo
awk '{ spans += $1; cpu += $2; rss = $3 > rss ? $3 : rss; anon = $4 > anon ? $4 : anon }
    END { printf "Agent: %.2f µs of CPU per span, RSS %.1f MB, RssAnon %.1f MB at most, ", cpu / spans, rss / 1024, anon / 1024 }' \
    "$work/file.agent" "$work/proxy.agent"
echo "first span $first_span ms after start (both from $(nproc) CPUs, kernel $(uname -r | cut -d. -f1,2))."
"$hilo" bench-spans 5000000
