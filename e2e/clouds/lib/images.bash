# Images for the containers on libvirt's machines, which have no way out: a registry on their network, which they take for
# a mirror of Docker Hub. It holds what a lab without a way out holds, made of Debian's packages.
# shellcheck shell=bash disable=SC2154

registry_port=5000

# serve_images CLOUD: on its network, until its end.
serve_images() {
  local p log
  fill_registry
  p=$(first_process "$1") || die "$1 has died"
  log=$(home_of "$1")/run/log/registry
  registry_settings ":$registry_port" >"$(home_of "$1")/registry.yml"
  setsid nsenter --target "$p" --net --pid docker-registry serve "$(home_of "$1")/registry.yml" </dev/null >"$log" 2>&1 &
  await_until 60 "$1" bash -c ": </dev/tcp/127.0.0.1/$registry_port"
}

# fill_registry makes the images that the cache lacks, which takes another registry, on this machine. One at a time.
fill_registry() {
  local work
  mkdir -p "$LAB_CACHE/stand-ins"
  work=$(mktemp -d)
  (
    trap '[ -z "${registry:-}" ] || kill "$registry"; rm -rf "$work"' EXIT
    flock 8
    at=127.0.0.1:$(free_port)
    registry_settings "$at" >"$work/registry.yml"
    docker-registry serve "$work/registry.yml" </dev/null >"$work/log" 2>&1 8>&- &
    registry=$!
    for _ in $(seq 600); do
      ! curl -sf --max-time 2 "http://$at/v2/" >/dev/null || break
      [ -d "/proc/$registry" ] || die "the registry does not start: $(tail -1 "$work/log")"
      sleep 0.1
    done
    "$here/../lab/images/make" "$at" "$LAB_CACHE" 8>&-
  ) 8>"$LAB_CACHE/lock"
}

registry_settings() { # ADDRESS
  cat <<Y
version: 0.1
log: {level: warn, accesslog: {disabled: true}}
storage: {filesystem: {rootdirectory: $LAB_CACHE/stand-ins}, delete: {enabled: true}}
http: {addr: "$1"}
Y
}

free_port() {
  local port
  for port in $(seq 50500 50599); do
    (: </dev/tcp/127.0.0.1/"$port") 2>/dev/null || { echo "$port"; return; }
  done
  die "all of the ports 50500 to 50599 are in use"
}
