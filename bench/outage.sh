#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What an outage costs: `./build.sh bench outage`. A sender of 5,000 spans a second, a queue on disk, and no receiver; then there is
# one, which must get every span. SECONDS_AWAY=600, SPANS=5000 a second; FOLDER: on which disk.
set -euo pipefail
cd "$(dirname "$0")/.."
folder=$(mktemp -d "${FOLDER:-/var/tmp}/hilo-outage.XXXXXX")
port=4399
trap 'kill $(jobs -p) 2>/dev/null || true; wait; rm -rf "$folder"' EXIT

mkdir "$folder/queue"
HILO_QUEUE=disk:$folder/queue HILO_QUEUE_DISK_BYTES=64GiB HILO_INGEST=none HILO_INGEST_OTLP_HTTP=127.0.0.1:$port \
    OTEL_EXPORTER_OTLP_ENDPOINT=unix://$folder/receiver OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf \
    out/hilo collect 2>"$folder/log" &
collect=$!
python3 bench/outage.py $port $collect "$folder/receiver" "${SPANS:-5000}" "${SECONDS_AWAY:-600}"
kill -TERM $collect
wait $collect
tail -n 1 "$folder/log"
du -sh "$folder/queue" | sed 's/\t.*/ on disk at the end/'
