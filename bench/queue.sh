#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What queues cost, in spans a second of one core: `./build.sh bench queue`. SPANS=1000000: how many; FOLDER: on which disk.
set -euo pipefail
cd "$(dirname "$0")/.."
folder=$(mktemp -d "${FOLDER:-/var/tmp}/hilo-queue.XXXXXX")
trap 'rm -rf "$folder"' EXIT
out/hilo bench-queue "$folder/queue" "${SPANS:-1000000}"
