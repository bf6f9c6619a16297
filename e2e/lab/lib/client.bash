# How this machine talks to the hosts.
# shellcheck shell=bash

list_hosts() {
  local n
  printf '%-5s %-12s %-7s %-5s %-24s %-22s %s\n' HOST ADDRESS ENGINE STATE TLS SSH SOCKET
  for n in $(host_numbers); do
    local tls="tcp://$(address "$n"):2376" socket=$(socket "$n")
    ! is_bare "$n" || { tls=- socket=-; }
    printf '%-5s %-12s %-7s %-5s %-24s %-22s %s\n' "h$n" "$(address "$n")" "$(generation_of "$n")" \
      "$(first_process "$n" >/dev/null && echo up || echo down)" "$tls" "ssh://root@$(address "$n")" "$socket"
  done
}

# print_config KIND...: the user's configuration of clocker-compose, with this lab as its default location. The hosts
# take the kinds of endpoint in turn.
print_config() {
  local n kind k=$LAB_HOME/keys kinds=("$@")
  echo "default: lab"
  echo "locations:"
  echo "  lab:"
  echo "    hosts:"
  for n in $(host_numbers); do
    kind=${kinds[(n - 1) % $#]}
    ! is_bare "$n" || kind=ssh
    case $kind in
      tls) echo "      - {name: h$n, endpoint: \"tcp://$(address "$n"):2376\", tls: {ca: $k/ca.pem, cert: $k/client.pem, key: $k/client-key.pem}}" ;;
      ssh) echo "      - {name: h$n, endpoint: \"ssh://root@$(address "$n")\"}" ;;
      *) die "no endpoint '$1': tls or ssh" ;;
    esac
  done
}

# make_client writes an ssh that knows the lab's keys: ssh reads the account's configuration, not $HOME's, so the
# one way to hand it another is a program of that name ahead on PATH.
make_client() {
  local c=$LAB_HOME/client
  cat >"$c/ssh_config" <<S
Host $(net).*
  IdentityFile $LAB_HOME/keys/id
  IdentitiesOnly yes
  UserKnownHostsFile $LAB_HOME/keys/known_hosts
  StrictHostKeyChecking yes
  ConnectTimeout 5
  LogLevel ERROR
S
  printf '#!/bin/sh\nexec %s -F %s/ssh_config "$@"\n' "$(PATH=$SYSTEM_PATH command -v ssh)" "$c" >"$c/ssh"
  chmod +x "$c/ssh"
  print_config tls >"$c/config.yaml"
}

print_env() {
  make_client
  echo "export PATH=$LAB_HOME/client:\$PATH"
  echo "export CLOCKER_CONFIG=$LAB_HOME/client/config.yaml"
}

run_client() {
  make_client
  PATH=$LAB_HOME/client:$PATH CLOCKER_CONFIG=$LAB_HOME/client/config.yaml exec "$@"
}

run_docker() { # H ARG...
  local n=${1#h}
  shift
  exec docker --host "unix://$(socket "$n")" "$@"
}

run_inside() { # H CMD...
  local n=${1#h} p
  shift
  p=$(first_process "$n") || die "host h$n is down"
  nsenter --target "$p" --mount --uts --ipc --net --pid env PATH="$(path_of "$(generation_of "$n")")" "$@"
}
