#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# go_write.sh: builds the programs of go_write.py on the host, a guest would take minutes. Into out/kernels/go. GO_VERSION=1.27: with that
# toolchain, and its libraries, of a later Debian.
set -euo pipefail
cd "$(dirname "$0")/../.."
services=tests/Scenarios/Services/go folder=out/kernels/go suite=trixie-backports
export GO111MODULE=off GOPATH=/usr/share/gocode GOCACHE=$PWD/out/scenarios/go-cache
go=go
if [ "${GO_VERSION:-}" ]; then
    later=$PWD/out/kernels/go-$GO_VERSION
    [ -d "$later" ] || tests/Scenarios/Services/debian/unpack.sh "$later" $suite "golang-$GO_VERSION-go" "golang-$GO_VERSION-src" \
        golang-{google-grpc,google-genproto,google-protobuf,github-golang-protobuf-1-5,golang-x-net,golang-x-sys,golang-x-text}-dev
    export GOROOT=$later/usr/lib/go-$GO_VERSION GOPATH=$later/usr/share/gocode GOTOOLCHAIN=local
    go=$GOROOT/bin/go
fi
mkdir -p "$folder"
for program in asker rpc; do
    $go build -ldflags '-s -w' -o "$folder/$program" "$services/$program.go"
done
