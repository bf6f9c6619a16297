# A cloud's own machine: name spaces, a root file system, and one first process whose end is the end of all.
# shellcheck shell=bash disable=SC2154

# first_process CLOUD prints the process that is number 1 inside, if it runs. The number that was noted may be
# another's by now.
first_process() {
  local p home
  home=$(home_of "$1")
  p=$(cat "$home/pid" 2>/dev/null) && grep -qszx "CLOUD_HOME=$home" "/proc/$p/environ" && echo "$p"
}

# boot CLOUD [ROOT]: what it writes goes to a layer of its own, or to ROOT.
boot() {
  local home up p=""
  home=$(home_of "$1")
  mkdir -p "$home"/{over,work,merged,run}
  setsid env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 \
    CLOUD="$1" CLOUD_HOME="$home" CLOUD_ROOT="$(root_of "$1")" CLOUD_WRITE="${2:-}" \
    unshare --mount --uts --ipc --net --pid --fork --propagation private \
    tini -s -g -- bash "$here/init" </dev/null >"$home/log" 2>&1 &
  up=$! # becomes unshare, whose one child is the first process
  for _ in $(seq 250); do
    p=$(tr -d ' ' <"/proc/$up/task/$up/children" 2>/dev/null) && [ -n "$p" ] && break
    sleep 0.02
  done
  [ -n "$p" ] || die "$1 does not start: $(tail -1 "$home/log")"
  echo "$p" >"$home/pid"
}

# power_off CLOUD: the end of its first process ends all others.
power_off() {
  local p
  p=$(first_process "$1") || return 0
  kill -KILL "$p" 2>/dev/null || true
  while [ -d "/proc/$p" ]; do sleep 0.05; done
}

# inside CLOUD CMD...: in its root file system.
inside() {
  local p root
  p=$(first_process "$1") || die "$1 is not up: '$0 up $1' brings it up"
  root=$(home_of "$1")/merged
  shift
  nsenter --target "$p" --all chroot "$root" env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 "$@"
}

# run_in CLOUD CMD...: this machine's own program, on the cloud's network.
run_in() {
  local p cloud=$1
  p=$(first_process "$cloud") || die "$cloud is not up: '$0 up $cloud' brings it up"
  shift
  "variables_of_$cloud" # exports them
  exec nsenter --net="/proc/$p/ns/net" "$@"
}

# await_until SECONDS CLOUD CMD...: until CMD succeeds inside.
await_until() {
  local deadline=$((SECONDS + $1)) cloud=$2
  shift 2
  until inside "$cloud" "$@" >/dev/null 2>&1; do
    first_process "$cloud" >/dev/null || die "$cloud has died"
    [ "$SECONDS" -lt "$deadline" ] || die "$cloud: '$*' doesn't succeed"
    sleep 0.5
  done
}

logs() {
  local f
  tail -n 20 "$(home_of "$1")/log" >&2 || true
  for f in "$(home_of "$1")"/run/log/*; do
    [ ! -s "$f" ] || { echo "--- ${f##*/}"; tail -n 12 "$f"; } >&2
  done
}
