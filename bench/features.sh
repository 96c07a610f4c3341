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
. bench/figures.sh

sandbox_create
trap sandbox_remove EXIT
receiver_start

features=(plain guarded formats sampled kept capture option traffic)
declare -A text=(
    [plain]="\`traceparent\` only; governor and guard off"
    [guarded]="as it is: governor and guard on"
    [formats]="W3C and both B3 formats written"
    [sampled]="one trace in ten sampled"
    [kept]="the same, and \`HILO_KEEP=errors,500ms\`"
    [capture]="4 request headers and 2 response headers captured, one of them generated"
    [option]="TCP option besides (\`headers,tcp\`)"
    [traffic]="TCP option by traffic control on \`lo\`"
)
declare -A settings=(
    [plain]="HILO_OVERHEAD_BUDGET=off HILO_HARM_GUARD=off"
    [guarded]=""
    [formats]="OTEL_PROPAGATORS=tracecontext,b3,b3multi"
    [sampled]="OTEL_TRACES_SAMPLER=parentbased_traceidratio OTEL_TRACES_SAMPLER_ARG=0.1"
    [kept]="OTEL_TRACES_SAMPLER=parentbased_traceidratio OTEL_TRACES_SAMPLER_ARG=0.1 HILO_KEEP=errors,500ms"
    [capture]="HILO_CAPTURE_REQUEST_HEADERS=host,user-agent,accept,correlator-id HILO_CAPTURE_RESPONSE_HEADERS=server,content-type HILO_GENERATE_HEADERS=correlator-id"
    [option]="OTEL_EBPF_BPF_CONTEXT_PROPAGATION=headers,tcp"
    [traffic]="OTEL_EBPF_BPF_CONTEXT_PROPAGATION=headers,tcp HILO_TC_INTERFACES=lo"
)

with() { # SETTINGS COMMAND...
    local words=$1 setting
    shift
    for setting in $words; do export "${setting?}"; done
    "$@"
    for setting in $words; do unset "${setting%%=*}"; done
}

for round in $(seq "$pairs"); do
    pingpong nonblocking >> "$work/off"
    for feature in "${features[@]}"; do
        with "${settings[$feature]}" agent_start
        pingpong nonblocking >> "$work/$feature"
        agent_stop "$work/agent"
    done
    echo "round $round of $pairs" >&2
done
with OTEL_LOG_LEVEL=debug agent_start
canary=$(grep -oE 'canary: [0-9]+ ms' "$work/agent.err")
agent_stop "$work/agent"

echo "| with | added CPU per request: minimum | median |"
echo "|---|---|---|"
for feature in "${features[@]}"; do
    echo "| ${text[$feature]} | +$(minus "$(minimum "$feature" 1)" "$(minimum off 1)") µs | +$(minus "$(median "$feature" 1)" "$(median off 1)") µs |"
done
echo
echo "Without Hilo a request takes $(minimum off 1) µs at least, $(median off 1) in the median. At start, the $canary."
