#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# go_write.sh: builds the programs of go_write.py on the host, a guest would take minutes. Into out/kernels/go.
set -euo pipefail
cd "$(dirname "$0")/../.."
services=tests/Scenarios/Services/go folder=out/kernels/go
export GO111MODULE=off GOPATH=/usr/share/gocode GOCACHE=$PWD/out/scenarios/go-cache
mkdir -p "$folder"
for program in asker rpc; do
    [ "$folder/$program" -nt "$services/$program.go" ] || go build -ldflags '-s -w' -o "$folder/$program" "$services/$program.go"
done
