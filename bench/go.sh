#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What Go programs pay: net/http with HTTP/1, plain and inside TLS, and grpc-go, server and client on one CPU, without Hilo and with it in
# turn; and with the same programs made such that Hilo does not recognise them, so without its probes in them. Prints a table in
# Markdown. PAIRS (5) rounds of REQUESTS (20000).
set -euo pipefail
cd "$(dirname "$0")/.."
. .ci/common.sh
hilo=$PWD/out/hilo
pairs=${PAIRS:-5}
requests=${REQUESTS:-20000}
. bench/sandbox.sh
. bench/figures.sh
need_packages golang-go=go golang-google-grpc-dev

sandbox_create
trap sandbox_remove EXIT
for program in requests calls; do
    source=bench/go_requests.go
    [ $program = requests ] || source=bench/grpc_calls.go
    GO111MODULE=off GOPATH=/usr/share/gocode GOCACHE=$PWD/out/go-cache go build -o "$work/$program" $source
    objcopy --rename-section .go.buildinfo=.unknown "$work/$program" "$work/$program-unknown"
done

http() { inside traced taskset -c 0 "$work/$1" "$requests" "$2"; } # PROGRAM CONCURRENT
https() { inside traced taskset -c 0 "$work/$1" "$requests" "$2" "$work/certificate.pem" "$work/key.pem"; }
grpc() { inside traced taskset -c 0 "$work/$1" "$requests" "$2" 0; }

row() { # TEXT LABEL
    echo "| $1 | $(awk -v r="$((requests + 2000))" '{ s += $1 } END { printf "%.2f", s / NR / r }' "$work/$2.agent") \
| +$(minus "$(minimum "$2.on" 1)" "$(minimum "$2.off" 1)") µs of $(minimum "$2.off" 1) \
| +$(minus "$(median "$2.on" 1)" "$(median "$2.off" 1)") µs of $(median "$2.off" 1) | $(ratio "$2" 2 2) |"
}

receiver_start
for way in http https grpc; do
    program=requests
    [ $way != grpc ] || program=calls
    for at_once in 1 100; do
        measure $way-$at_once $way $program $at_once
        [ $way = https ] || measure $way-$at_once-unknown $way $program-unknown $at_once
    done
done

echo "| requests | spans per request | added CPU per request: minimum | median | time per request, with / without |"
echo "|---|---|---|---|---|"
for at_once in 1 100; do
    row "HTTP/1, $at_once at a time" http-$at_once
    row "the same without probes" http-$at_once-unknown
    row "HTTPS, $at_once at a time" https-$at_once
    row "grpc-go, $at_once at a time" grpc-$at_once
    row "the same without probes" grpc-$at_once-unknown
done
