#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What a unary gRPC call costs more with Hilo, on one connection: as fast as it goes and 1,000 times a second, without and with
# Hilo in turn. A small pair in C has the least noise; grpc-go, and nghttp2's own load generator and server, are what people
# use. Prints a table in Markdown. PAIRS (6) and CALLS (40000) set how long it takes.
set -euo pipefail
cd "$(dirname "$0")/.."
. .ci/common.sh
hilo=$PWD/out/hilo
pairs=${PAIRS:-6}
calls=${CALLS:-40000}
. bench/sandbox.sh
. bench/figures.sh
need_packages nghttp2-client=h2load nghttp2-server=nghttpd libnghttp2-dev golang-go=go golang-google-grpc-dev

sandbox_create
trap sandbox_remove EXIT
gcc -O2 -Wall -Wextra -o "$work/c" bench/grpc_calls.c -lnghttp2
GO111MODULE=off GOPATH=/usr/share/gocode GOCACHE=$PWD/out/go-cache go build -o "$work/go" bench/grpc_calls.go

# Prints microseconds of CPU and of wall time for each call. The cgroup knows the time of programs that do not tell it.
program() { inside traced taskset -c 0 "$work/$1" "$2" "$3" "$4"; } # c|go COUNT STREAMS RATE
h2load() {
    local before after
    before=$(cpu_us)
    inside traced taskset -c 0 h2load -n "$calls" -c 1 -m 100 -d "$work/question" -H 'content-type: application/grpc' \
        -H 'te: trailers' http://127.0.0.1:8091/helloworld.Greeter/SayHello > "$work/h2load.out"
    after=$(cpu_us)
    awk -v cpu=$((after - before)) -v calls="$calls" '
        /^finished in/ { rate = $4 } /succeeded/ { good = $8 }
        END { if (good != calls) exit 1; print cpu / calls, 1e6 / rate }' "$work/h2load.out"
}

row() { # LABEL TEXT CALLS
    awk -v text="$2" -v spans="$(median "$1.agent" 1)" -v calls="$3" -v wall="$(ratio "$1" 2 2)" \
        -v least="$(minimum "$1.off" 1)" -v least_on="$(minimum "$1.on" 1)" \
        -v middle="$(median "$1.off" 1)" -v middle_on="$(median "$1.on" 1)" 'BEGIN {
        printf "| %s | %.2f | %+.1f µs of %.1f | %+.1f µs of %.1f | %s |\n",
            text, spans / calls, least_on - least, least, middle_on - middle, middle, wall }'
}

printf '\0\0\0\0\7\n\5world' > "$work/question"
mkdir "$work/helloworld.Greeter"
printf '\0\0\0\0\15\n\13Hello world' > "$work/helloworld.Greeter/SayHello"
service_start traced taskset -c 0 nghttpd --no-tls --address=127.0.0.1 --htdocs="$work" 8091
wait_for_port 8091
receiver_start
paced=2000
measure one program c "$calls" 1 0
measure many program c "$calls" 100 0
measure paced program c "$paced" 100 1000
measure go-one program go "$((calls / 4))" 1 0
measure go-many program go "$((calls / 2))" 100 0
measure go-paced program go "$paced" 100 1000
measure nghttp2 h2load

echo "| calls | spans per call | added CPU per call: minimum | median | time per call, with / without |"
echo "|---|---|---|---|---|"
row one "C, one at a time" "$((calls + 500))"
row many "C, 100 at a time" "$((calls + 500))"
row paced "C, 1,000 a second" "$((paced + 500))"
row go-one "grpc-go, one at a time" "$((calls / 4 + 2000))"
row go-many "grpc-go, 100 at a time" "$((calls / 2 + 2000))"
row go-paced "grpc-go, 1,000 a second" "$((paced + 2000))"
row nghttp2 "h2load and nghttpd, 100 at a time" "$calls"
