#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What a request inside TLS costs: the ping-pong of run.sh through OpenSSL, server and client on one CPU, without Hilo and with it, in turn.
# Prints a table in Markdown. PAIRS (5) rounds of REQUESTS (20000).
set -euo pipefail
cd "$(dirname "$0")/.."
hilo=$PWD/out/hilo
pairs=${PAIRS:-5}
requests=${REQUESTS:-20000}
. bench/sandbox.sh
. bench/figures.sh

sandbox_create
trap sandbox_remove EXIT
receiver_start

measure plain pingpong blocking
measure tls pingpong tls

row() { # TEXT LABEL
    echo "| $1 | $(awk -v r="$requests" '{ s += $1 } END { printf "%.2f", s / NR / r }' "$work/$2.agent") \
| +$(minus "$(minimum "$2.on" 1)" "$(minimum "$2.off" 1)") µs of $(minimum "$2.off" 1) \
| +$(minus "$(median "$2.on" 1)" "$(median "$2.off" 1)") µs of $(median "$2.off" 1) | $(ratio "$2" 1 1) |"
}

echo "| requests | spans per request | added CPU per request: minimum | median | time per request, with / without |"
echo "|---|---|---|---|---|"
row "plain" plain
row "inside TLS (OpenSSL)" tls
