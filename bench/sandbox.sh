# SPDX-License-Identifier: Apache-2.0
# Sourced by the other scripts here: cgroups and a network namespace for one benchmark, and the agent in them.

sandbox_create() {
    [ "$(id -u)" = 0 ] || { echo "bench: needs root, for a network namespace and to load eBPF programs" >&2; exit 1; }
    cgroups=$(awk '$3 == "cgroup2" { print $2; exit }' /proc/mounts)
    [ -n "$cgroups" ] || { echo "bench: no cgroup v2 is mounted" >&2; exit 1; }
    name=hilo-bench-$$
    work=$(mktemp -d)
    chmod 755 "$work"
    ip netns add "$name"
    ip -n "$name" link set lo up
    mkdir "$cgroups/$name" "$cgroups/$name/traced" "$cgroups/$name/load" "$cgroups/$name/sink"
    agent=
    services=
    gcc -O2 -Wall -Wextra -o "$work/pingpong" bench/pingpong.c -lssl -lcrypto
    openssl req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=localhost -keyout "$work/key.pem" -out "$work/certificate.pem" 2> "$work/openssl.log"
}

# Prints the microseconds per request of `requests` ones; HOW: blocking, nonblocking or tls.
pingpong() {
    local secrets=()
    [ "$1" != tls ] || secrets=("$work/certificate.pem" "$work/key.pem")
    inside traced "$work/pingpong" "$requests" "$1" "${secrets[@]}"
}

# What the agent exports to.
receiver_start() {
    bench/nginx.conf.sh "$work" sink > "$work/sink.conf"
    service_start sink nginx -c "$work/sink.conf"
    wait_for_port 4318
}

sandbox_remove() {
    local pid
    [ -z "$agent" ] || kill -KILL "$agent" 2>/dev/null || true
    for pid in $services; do kill -TERM "$pid" 2>/dev/null || true; done
    sleep 0.3
    for pid in $(cat "$cgroups/$name"/*/cgroup.procs); do kill -KILL "$pid" 2>/dev/null || true; done
    sleep 0.2
    rmdir "$cgroups/$name"/{traced,load,sink} "$cgroups/$name"
    ip netns del "$name"
    rm -rf "$work"
}

# inside CGROUP COMMAND...: a socket belongs to the cgroup in which it was made, so the shell moves before it becomes the command
inside() {
    local cgroup=$cgroups/$name/$1
    shift
    nsenter --net="/run/netns/$name" sh -c 'echo $$ > "$0/cgroup.procs"; exec "$@"' "$cgroup" "$@"
}

service_start() {
    inside "$@" > "$work/service.log" 2>&1 &
    services="$services $!"
}

wait_for_port() {
    local i
    for i in $(seq 100); do
        inside load bash -c "exec 3<>/dev/tcp/127.0.0.1/$1" 2>/dev/null && return
        sleep 0.05
    done
    echo "bench: nothing listens on port $1" >&2
    cat "$work/service.log" >&2
    exit 1
}

# Microseconds of CPU that services and load have used.
cpu_us() { cat "$cgroups/$name"/{traced,load}/cpu.stat | awk '$1 == "usage_usec" { sum += $2 } END { printf "%d", sum }'; }

agent_start() {
    HILO_CGROUP=$cgroups/$name/traced OTEL_EBPF_AUTO_TARGET_EXE='*' OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4318 \
        nsenter --net="/run/netns/$name" "$hilo" run > "$work/agent.out" 2> "$work/agent.err" &
    agent=$!
    local i
    for i in $(seq 200); do
        grep -q ready "$work/agent.err" && break
        sleep 0.02
    done
    sleep 0.5
    agent_ticks_before=$(agent_ticks)
}

# CPU time of the agent; what it takes to start is not counted against spans.
agent_ticks() { awk '{ print $14 + $15 }' "/proc/$agent/stat"; }

# Appends to a file: spans, CPU us, RSS kB, RssAnon kB
agent_stop() {
    local ticks rss anon
    ticks=$(($(agent_ticks) - agent_ticks_before))
    rss=$(awk '/^VmRSS/ { print $2 }' "/proc/$agent/status")
    anon=$(awk '/^RssAnon/ { print $2 }' "/proc/$agent/status")
    kill -TERM "$agent"
    wait "$agent" || true
    agent=
    awk -v cpu="$((ticks * 1000000 / $(getconf CLK_TCK)))" -v rss="$rss" -v anon="$anon" \
        '/ledger: seen/ { for (i = 1; i < NF; i++) if ($i == "seen") print $(i + 1), cpu, rss, anon }' "$work/agent.err" >> "$1"
}

# From exec of the agent to the first line on its output, while a request is made every 10 ms.
first_span_ms() {
    local begin end i
    begin=$(date +%s%N)
    HILO_CGROUP=$cgroups/$name/traced OTEL_EBPF_TRACE_PRINTER=text \
        nsenter --net="/run/netns/$name" "$hilo" run > "$work/agent.out" 2> "$work/agent.err" &
    agent=$!
    for i in $(seq 200); do
        inside load curl -s -o /dev/null http://127.0.0.1:8080/small.txt
        [ -s "$work/agent.out" ] && break
        sleep 0.01
    done
    end=$(date +%s%N)
    kill -TERM "$agent"
    wait "$agent" || true
    agent=
    echo $(((end - begin) / 1000000))
}
