# One host: its life from boot to power cut.
# shellcheck shell=bash

folder() { echo "$LAB_HOME/hosts/h$1"; }
socket() { echo "$LAB_HOME/run/h$1.sock"; }
generation_of() { cat "$(folder "$1")/generation"; }
engine_version() { curl -sS --max-time 5 --unix-socket "$(socket "$1")" http://engine/version | jq -r .Version; }

# path_of GENERATION: where that engine's programs are found.
path_of() { [ "$1" = 29 ] && echo "$ENGINE29_BIN:$SYSTEM_PATH" || echo "$SYSTEM_PATH"; }

# first_process N prints the process that is number 1 inside host N, if it runs.
first_process() {
  local p
  p=$(cat "$LAB_HOME/run/h$1.pid" 2>/dev/null) && [ -d "/proc/$p" ] && echo "$p"
}

# boot N GENERATION: host N starts, with the data that it had.
boot() {
  local n=$1 d up p="" settings
  d=$(folder "$n")
  ! first_process "$n" >/dev/null || return 0
  mkdir -p "$d"/{run,data,log}
  rm -rf "${d:?}"/run/* "$(socket "$n")"
  echo "$2" >"$d/generation"
  sign "h$n" "/CN=h$n" "subjectAltName=IP:$(address "$n"),DNS:h$n"
  settings=(PATH="$(path_of "$2")" HOME=/root HOST="h$n" ADDRESS="$(address "$n")" GATEWAY="$(net).1" MIRROR="$(mirror)"
    GENERATION="$2" FOLDER="$d" KEYS="$LAB_HOME/keys" SOCKET="$(socket "$n")" CGROUP="/$CGROUP/h$n")
  setsid env -i "${settings[@]}" \
    unshare --mount --uts --ipc --net --pid --fork --propagation private \
    tini -s -g -- bash "$here/host-init" </dev/null >"$d/log/host.log" 2>&1 9>&- &
  up=$! # becomes unshare, whose one child is the host's first process
  for _ in $(seq 250); do
    p=$(tr -d ' ' <"/proc/$up/task/$up/children" 2>/dev/null) && [ -n "$p" ] && break
    sleep 0.02
  done
  [ -n "$p" ] || die "host h$n does not start: $(tail -1 "$d/log/host.log")"
  echo "$p" >"$LAB_HOME/run/h$n.pid"
  plug "$n" "$p"
}

# boot_again N: as it was.
boot_again() {
  if is_bare "$1"; then boot_bare "$1"; else boot "$1" "$(generation_of "$1")"; fi
  await "$1"
}

# await N: until the engine of host N answers, or the sshd of a bare one.
await() {
  local n=$1
  ! is_bare "$n" || { await_bare "$n"; return; }
  for _ in $(seq 600); do
    ! curl -sf --max-time 2 --unix-socket "$(socket "$n")" http://engine/_ping >/dev/null 2>&1 || return 0
    first_process "$n" >/dev/null || { last_words "$n"; die "host h$n died"; }
    sleep 0.1
  done
  last_words "$n"
  die "the engine of host h$n does not answer within a minute"
}

last_words() { tail -n 5 "$(folder "$1")"/log/*.log >&2; }

# power_off N: a power cut. The end of its first process ends all others in the host, containers too.
power_off() { end_host "$1" KILL 5; }

# shut_down N: an orderly one; the engine stops its containers, 10 s each.
shut_down() { if is_bare "$1"; then end_host "$1" RTMIN+4 60; else end_host "$1" TERM 60; fi; }

end_host() { # N SIGNAL SECONDS
  local p
  if p=$(first_process "$1"); then
    kill "-$2" "$p" 2>/dev/null || true
    for _ in $(seq $((10 * $3))); do
      [ -d "/proc/$p" ] || break
      sleep 0.1
    done
    kill -KILL "$p" 2>/dev/null || true
    while [ -d "/proc/$p" ]; do sleep 0.05; done
  fi
  unplug "$1"
  remove_cgroups "$CGROUP/h$1"
  rm -f "$LAB_HOME/run/h$1.pid" "$(socket "$1")"
}

# end_engine N SIGNAL: as a crash or a restart of the service would; host-init starts it again.
end_engine() {
  local p
  p=$(cat "$(folder "$1")/run/docker.pid") || die "the engine of host h$1 does not run"
  run_inside "$1" kill "-$2" "$p"
  for _ in $(seq 600); do
    [ "$(cat "$(folder "$1")/run/docker.pid" 2>/dev/null)" = "$p" ] || return 0
    run_inside "$1" test -d "/proc/$p" || { rm -f "$(folder "$1")/run/docker.pid"; return 0; }
    sleep 0.1
  done
}

# remove_cgroups PATH: empty groups only; a group with a process in it is not removed by rmdir.
remove_cgroups() {
  local g
  for g in /sys/fs/cgroup/*/"$1" "/sys/fs/cgroup/$1"; do
    [ ! -d "$g" ] || find "$g" -depth -type d -exec rmdir {} \; 2>/dev/null || true
  done
}

report() {
  local n
  for n in $(host_numbers); do
    echo "--- h$n $(address "$n") engine $(generation_of "$n") $(first_process "$n" >/dev/null && echo up || echo down)"
    tail -n 15 "$(folder "$n")"/log/*.log
    first_process "$n" >/dev/null || continue
    run_inside "$n" docker ps -a --format '{{.Names}}\t{{.Status}}\t{{.Networks}}' || true
    run_inside "$n" curl -sS --max-time 3 -H 'Accept: application/json' http://127.0.0.1:6784/report 2>/dev/null |
      jq -c '.Router | {Name, Connections: [.Connections[]? | {Address, State, Info}]}' 2>/dev/null || true
  done
}
