#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What queues cost, in spans a second of one core: `./build.sh bench queue`. SPANS=1000000: how many; FOLDER: on which disk. The brokers
# are librdkafka's own, in memory, in a process that is not counted.
set -euo pipefail
cd "$(dirname "$0")/.."
folder=$(mktemp -d "${FOLDER:-/var/tmp}/hilo-queue.XXXXXX")
trap 'kill $(jobs -p) 2>/dev/null || true; rm -rf "$folder"' EXIT
python3 tests/Scenarios/Services/python/brokers.py out/librdkafka/jit/librdkafka.so 3 traces 4 >"$folder/brokers" &
until [ -s "$folder/brokers" ]; do
    kill -0 $! || exit
    sleep 0.1
done
out/hilo bench-queue "$folder/queue" "${SPANS:-1000000}" "kafka:$(cat "$folder/brokers")/traces"
