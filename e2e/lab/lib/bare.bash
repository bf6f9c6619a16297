# Bare hosts: systemd, cloud-init, sshd and a package repository, and no Docker. They are reached by SSH alone, as a
# rented machine is. All of them share the files that bare-root made, each with a layer of its own above.
# shellcheck shell=bash

# bare [USER-DATA]: one bare host more, with the lab's own keys unless a file for cloud-init says otherwise.
bare() {
  need_lab
  need_bare
  local n data=${1:-}
  [ -z "$data" ] || [ -r "$data" ] || die "no file $data to read user-data from"
  make_bare_root
  n=$(claim_number)
  echo bare >"$(folder "$n")/generation"
  echo "h$n $(address "$n")"
  prepare_bare "$n" "$data"
  boot_bare "$n"
}

# remove H: the host and all that it held are gone.
remove() {
  need_host "${1:-}"
  power_off "${1#h}"
  rm -rf --one-file-system "$(folder "${1#h}")"
}

# claim_number is safe for several who ask at once.
claim_number() {
  local n
  n=$(($(host_numbers | tail -1) + 1))
  until mkdir "$(folder "$n")" 2>/dev/null; do n=$((n + 1)); done
  echo "$n"
}

is_bare() { [ "$(generation_of "$1")" = bare ]; }

# make_bare_root makes the files that hosts share where the cache lacks them, or has those of an older bare-root.
make_bare_root() {
  local cache=$LAB_CACHE/bare stamp
  stamp=$(sha256sum <"$here/bare-root")
  (
    flock 7
    [ "$(cat "$cache/stamp" 2>/dev/null)" != "$stamp" ] || exit 0
    say "making the files of bare hosts, once: this takes minutes"
    "$here/bare-root" "$cache" >"$cache/log" 2>&1 7>&- || die "cannot make them: see $cache/log: $(tail -1 "$cache/log")"
    echo "$stamp" >"$cache/stamp"
  ) 7>"$(mkdir -p "$cache" && echo "$cache/lock")"
}

# prepare_bare N USER-DATA puts what is host N's own into its layer.
prepare_bare() {
  local n=$1 data=$2 d seed
  d=$(folder "$n")
  seed=$d/over/var/lib/cloud/seed/nocloud
  mkdir -p "$d"/{over/etc/docker,work,root,docker,containerd,log} "$seed"
  printf 'instance-id: %s-h%s-%s\nlocal-hostname: h%s\n' "$LAB_NAME" "$n" "$(date +%s%N)" "$n" >"$seed/meta-data"
  if [ -n "$data" ]; then cat "$data"; else bare_user_data; fi >"$seed/user-data"
  cat /proc/sys/kernel/random/uuid >"$d/uuid"
  printf '127.0.0.1 localhost\n127.0.1.1 h%s\n' "$n" >"$d/over/etc/hosts"
  # An engine that is installed there finds the lab's images.
  printf '{"registry-mirrors": ["http://%s"], "insecure-registries": ["%s", "http://%s"]}\n' "$(mirror)" "$(mirror)" "$(mirror)" \
    >"$d/over/etc/docker/daemon.json"
}

# bare_user_data: the lab's host key and client's key; besides root, admin may do everything by sudo, and plain nothing.
bare_user_data() {
  local k=$LAB_HOME/keys
  cat <<Y
#cloud-config
disable_root: false
ssh_deletekeys: true
ssh_keys:
  ed25519_public: $(cat "$k/hostkey.pub")
  ed25519_private: |
$(sed 's/^/    /' "$k/hostkey")
users:
  - {name: root, ssh_authorized_keys: ["$(cat "$k/id.pub")"]}
  - {name: admin, shell: /bin/bash, sudo: "ALL=(ALL) NOPASSWD:ALL", ssh_authorized_keys: ["$(cat "$k/id.pub")"]}
  - {name: plain, shell: /bin/bash, ssh_authorized_keys: ["$(cat "$k/id.pub")"]}
Y
}

# boot_bare N: host N starts, with the files that it had.
boot_bare() {
  local n=$1 d up p=""
  d=$(folder "$n")
  ! first_process "$n" >/dev/null || return 0
  ip netns add "$NAMESPACE-h$n"
  plug "$n" "$NAMESPACE-h$n"
  connect_bare "$n"
  # The layer is mounted where nobody but the host sees it.
  setsid unshare --mount --propagation private "$here/bare-init" "$n" "$d" "$LAB_CACHE/bare" "$CGROUP/h$n" \
    "/run/netns/$NAMESPACE-h$n" </dev/null >"$d/log/console.log" 2>&1 9>&- &
  up=$!
  for _ in $(seq 500); do
    p=$(bare_first_process "$up") && break
    [ -d "/proc/$up" ] || break
    sleep 0.02
  done
  [ -n "$p" ] || die "host h$n does not start: $(tail -1 "$d/log/console.log")"
  echo "$p" >"$LAB_HOME/run/h$n.pid"
}

# bare_first_process PID prints the first process in the machine that PID became systemd-nspawn for.
bare_first_process() {
  [ "$(cat "/proc/$1/comm" 2>/dev/null)" = systemd-nspawn ] || return 1
  local c
  for c in $(cat "/proc/$1/task/$1/children" 2>/dev/null); do
    [ "$(cat "/proc/$c/comm" 2>/dev/null)" = systemd ] && echo "$c" && return
  done
  return 1
}

connect_bare() {
  local ns=$NAMESPACE-h$1
  ip -n "$ns" link set lo up
  ip -n "$ns" addr add "$(address "$1")/24" dev eth0
  ip -n "$ns" link set eth0 up
  ip -n "$ns" route add default via "$(net).1"
}

# await_bare N: until sshd of host N answers.
await_bare() {
  local n=$1
  for _ in $(seq 1200); do
    [ "$(timeout 2 bash -c "head -c 4 </dev/tcp/$(address "$n")/22" 2>/dev/null)" != SSH- ] || return 0
    first_process "$n" >/dev/null || { last_words "$n"; die "host h$n died"; }
    sleep 0.1
  done
  last_words "$n"
  die "sshd of host h$n does not answer within two minutes"
}
