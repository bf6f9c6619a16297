#!/bin/sh
# Refuses what isn't ready, and prefers the hosts whose names begin with "spot".
jq '{version: 1, services: (.hosts as $hosts | [.services[] | {key: .name, value:
  ($hosts | map({key: .name, value: (if .ready | not then {refuse: "it is down"}
    elif .name | startswith("spot") then {score: 2, reason: "cheap"} else {score: 1} end)}) | from_entries)}] | from_entries)}'
