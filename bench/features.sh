#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What each feature costs: the ping-pong of run.sh (one request, a server and a client span) without Hilo, with Hilo as it is, and
# with one more feature each, in turn. Prints a table in Markdown. PAIRS (7) rounds of REQUESTS (20000).
set -euo pipefail
cd "$(dirname "$0")/.."
hilo=$PWD/out/hilo
pairs=${PAIRS:-7}
requests=${REQUESTS:-20000}
. bench/sandbox.sh

[ "$(id -u)" = 0 ] || { echo "bench/features.sh: needs root, for a network namespace and to load eBPF programs" >&2; exit 1; }
sandbox_create
trap sandbox_remove EXIT
gcc -O2 -Wall -Wextra -o "$work/pingpong" bench/pingpong.c
bench/nginx.conf.sh "$work" sink > "$work/sink.conf"
service_start sink nginx -c "$work/sink.conf"
wait_for_port 4318

features=(plain guarded formats sampled capture option traffic)
declare -A text=(
    [plain]="\`traceparent\` only; governor and guard off"
    [guarded]="as it is: governor and guard on"
    [formats]="W3C and both B3 formats written"
    [sampled]="one trace in ten sampled"
    [capture]="4 request headers and 2 response headers captured, one of them generated"
    [option]="TCP option besides (\`headers,tcp\`)"
    [traffic]="TCP option by traffic control on \`lo\`"
)
declare -A settings=(
    [plain]="HILO_OVERHEAD_BUDGET=off HILO_HARM_GUARD=off"
    [guarded]=""
    [formats]="OTEL_PROPAGATORS=tracecontext,b3,b3multi"
    [sampled]="OTEL_TRACES_SAMPLER=parentbased_traceidratio OTEL_TRACES_SAMPLER_ARG=0.1"
    [capture]="HILO_CAPTURE_REQUEST_HEADERS=host,user-agent,accept,correlator-id HILO_CAPTURE_RESPONSE_HEADERS=server,content-type HILO_GENERATE_HEADERS=correlator-id"
    [option]="OTEL_EBPF_BPF_CONTEXT_PROPAGATION=headers,tcp"
    [traffic]="OTEL_EBPF_BPF_CONTEXT_PROPAGATION=headers,tcp HILO_TC_INTERFACES=lo"
)

pingpong() { inside traced "$work/pingpong" "$requests" nonblocking >> "$work/$1"; }

with() { # SETTINGS COMMAND...
    local words=$1 setting
    shift
    for setting in $words; do export "${setting?}"; done
    "$@"
    for setting in $words; do unset "${setting%%=*}"; done
}

for round in $(seq "$pairs"); do
    pingpong off
    for feature in "${features[@]}"; do
        with "${settings[$feature]}" agent_start
        pingpong "$feature"
        agent_stop "$work/agent"
    done
    echo "round $round of $pairs" >&2
done
with OTEL_LOG_LEVEL=debug agent_start
canary=$(grep -oE 'canary: [0-9]+ ms' "$work/agent.err")
agent_stop "$work/agent"

least() { sort -n "$work/$1" | head -1; }
middle() { sort -n "$work/$1" | awk '{ v[NR] = $1 } END { print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'; }
added() { awk -v a="$1" -v b="$2" 'BEGIN { printf "+%.2f µs", a - b }'; }

echo "| with | added CPU per request: minimum | median |"
echo "|---|---|---|"
for feature in "${features[@]}"; do
    echo "| ${text[$feature]} | $(added "$(least "$feature")" "$(least off)") | $(added "$(middle "$feature")" "$(middle off)") |"
done
echo
echo "Without Hilo a request takes $(least off) µs at least, $(middle off) in the median. At start, the $canary."
