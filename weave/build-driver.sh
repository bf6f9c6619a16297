#!/bin/sh
# Builds the network driver for every platform that hosts may have, compressed,
# to where the weave package embeds it from. Each file appears there in one
# step, so that a compiler at work beside it sees the old or the new.
set -eu
cd "$(dirname "$0")/.."
work=$(mktemp -d weave/.build-driver.XXXXXX)
trap 'rm -rf "$work"' EXIT
for arch in amd64 arm64; do
  program=$work/clocker-driver-linux-$arch
  CGO_ENABLED=0 GOOS=linux GOARCH=$arch go build -trimpath -buildvcs=false -ldflags '-s -w' -o "$program" ./cmd/clocker-driver
  gzip -9n "$program"
  chmod 644 "$program.gz"
  mv "$program.gz" weave/bin/
done
