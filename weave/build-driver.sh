#!/bin/sh
# Builds the network driver for every platform that hosts may have, compressed,
# to where the weave package embeds it from.
set -eu
cd "$(dirname "$0")/.."
for arch in amd64 arm64; do
  out=weave/bin/clocker-driver-linux-$arch
  CGO_ENABLED=0 GOOS=linux GOARCH=$arch go build -trimpath -buildvcs=false -ldflags '-s -w' -o "$out" ./cmd/clocker-driver
  gzip -9nf "$out"
done
