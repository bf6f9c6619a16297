# Where the hosts' images come from. They take one registry, on the lab's network, for a mirror of Docker Hub. Where
# a registry can be reached it passes on what it fetches there, and keeps it. Else it holds stand-ins, made of
# this machine's Debian packages, under the names of the images that tests and examples use.
# shellcheck shell=bash

HUB=https://registry-1.docker.io

# image_source is "registry" or "stand-ins".
image_source() {
  [ -z "${LAB_IMAGES:-}" ] || { echo "$LAB_IMAGES"; return; }
  local answer
  answer=$(curl -s -o /dev/null --max-time 5 -w '%{http_code}' "$HUB/v2/" 2>/dev/null) || true
  [ "$answer" = 401 ] && echo registry || echo stand-ins # 401: "log in", as Docker Hub says to everybody
}

start_registry() {
  local source config=$LAB_HOME/registry.yml
  source=$(image_source)
  echo "$source" >"$LAB_HOME/images"
  # The one that fetches needs this machine's network, so it stands at this machine's end of the cable.
  [ "$source" = registry ] && echo "$(net).254:5000" >"$LAB_HOME/mirror" || echo "$(net).1:5000" >"$LAB_HOME/mirror"
  mkdir -p "$LAB_CACHE/$source"
  cat >"$config" <<Y
version: 0.1
log: {level: warn, accesslog: {disabled: true}}
storage: {filesystem: {rootdirectory: $LAB_CACHE/$source}, delete: {enabled: true}}
http: {addr: "$(mirror)"}
Y
  [ "$source" = stand-ins ] || echo "proxy: {remoteurl: $HUB}" >>"$config"
  local where=()
  [ "$source" = registry ] || where=(ip netns exec "$NAMESPACE")
  setsid "${where[@]}" docker-registry serve "$config" </dev/null >"$LAB_HOME/log/registry.log" 2>&1 &
  echo $! >"$LAB_HOME/run/registry.pid"
  for _ in $(seq 100); do
    ! curl -sf --max-time 2 "http://$(mirror)/v2/" >/dev/null 2>&1 || return 0
    sleep 0.1
  done
  die "the registry does not start: $(tail -1 "$LAB_HOME/log/registry.log")"
}

stop_registry() {
  local p
  p=$(cat "$LAB_HOME/run/registry.pid" 2>/dev/null) || return 0
  # the number may be another's by now, after a reboot
  ! grep -qs registry "/proc/$p/cmdline" || kill "$p"
}

# fill_registry makes the stand-ins that the cache lacks. One lab at a time.
fill_registry() { # [RECIPE...]
  [ "$(cat "$LAB_HOME/images")" = stand-ins ] || return 0
  (
    flock 8
    "$here/images/make" "$(mirror)" "$LAB_CACHE" "$@" 8>&-
  ) 8>"$LAB_CACHE/lock"
}
