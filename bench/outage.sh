#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What an outage costs: `./build.sh bench outage`. A sender of 5,000 spans a second, a queue on disk, and something that is away and then
# returns, after which every span must arrive: the receiver (AWAY=receiver); brokers of Kafka, behind which is hilo forward
# (AWAY=brokers); or the receiver behind those two (AWAY=forwarded). SECONDS_AWAY=600, SPANS=5000 a second; FOLDER: on which disk. The
# brokers are librdkafka's own, in memory: 5 MB of a partition, so there are many.
set -euo pipefail
cd "$(dirname "$0")/.."
folder=$(mktemp -d "${FOLDER:-/var/tmp}/hilo-outage.XXXXXX")
port=4399
away=${AWAY:-receiver}
trap 'kill $(jobs -p) 2>/dev/null || true; wait; rm -rf "$folder"' EXIT

receiver=(OTEL_EXPORTER_OTLP_ENDPOINT="unix://$folder/receiver" OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf)
target=("${receiver[@]}")
measured=()
if [ "$away" != receiver ]; then
    python3 tests/Scenarios/Services/python/brokers.py out/librdkafka/jit/librdkafka.so 3 traces 64 >"$folder/brokers" &
    brokers=$!
    until [ -s "$folder/brokers" ]; do
        kill -0 $brokers || exit
        sleep 0.1
    done
    topic=$(head -n 1 "$folder/brokers")/traces
    target=(HILO_RECEIVERS=topic HILO_RECEIVER_TOPIC_TYPE=kafka HILO_RECEIVER_TOPIC_ENDPOINT="$topic")
    env HILO_QUEUE=kafka:"$topic" "${receiver[@]}" out/hilo forward 2>"$folder/forward" &
    measured=($!)
fi
mkdir "$folder/queue"
env HILO_QUEUE=disk:"$folder/queue" HILO_QUEUE_DISK_BYTES=64GiB HILO_INGEST=none HILO_INGEST_OTLP_HTTP=127.0.0.1:$port "${target[@]}" \
    out/hilo collect 2>"$folder/log" &
collect=$!
sleep 5 # for a group to find together
[ "$away" != brokers ] || away=$brokers
[ "$away" != forwarded ] || away=receiver
python3 bench/outage.py $port "$folder/receiver" "$away" "${SPANS:-5000}" "${SECONDS_AWAY:-600}" $collect "${measured[@]}"
kill -TERM $collect
wait $collect
tail -n 1 "$folder/log"
du -sh "$folder/queue" | sed 's/\t.*/ on disk at the end/'
